-- room: identity/mfa
-- +goose Up
CREATE TABLE mfa_people ( -- what a person has chosen about second factors
    realm_id   TEXT    NOT NULL,
    user_id    TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sms        BOOLEAN NOT NULL,
    email      BOOLEAN NOT NULL,
    last_kind  TEXT    NOT NULL, -- used last, so asked for first
    updated_at BIGINT  NOT NULL,
    PRIMARY KEY (realm_id, user_id)
);
CREATE INDEX mfa_people_user ON mfa_people (user_id);

-- room: identity/mfa
CREATE TABLE mfa_recovery_codes (
    id         TEXT   NOT NULL PRIMARY KEY,
    realm_id   TEXT   NOT NULL,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest     BYTEA  NOT NULL, -- SHA-256 of user and code, which has 80 bits
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX mfa_recovery_codes_digest ON mfa_recovery_codes (realm_id, user_id, digest);
CREATE INDEX mfa_recovery_codes_user ON mfa_recovery_codes (user_id);

-- room: identity/mfa
CREATE TABLE mfa_recovery_sheets ( -- new recovery codes until the person has kept them
    realm_id   TEXT   NOT NULL,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    binding    TEXT   NOT NULL, -- the session or flow that may see them
    codes      TEXT   NOT NULL, -- sealed
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm_id, user_id)
);
CREATE INDEX mfa_recovery_sheets_user ON mfa_recovery_sheets (user_id);
CREATE INDEX mfa_recovery_sheets_age ON mfa_recovery_sheets (expires_at);

-- room: identity/mfa
CREATE TABLE mfa_trusted_devices (
    id         TEXT   NOT NULL PRIMARY KEY,
    realm_id   TEXT   NOT NULL,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest     BYTEA  NOT NULL UNIQUE, -- SHA-256 of the cookie
    ip         TEXT   NOT NULL,
    user_agent TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX mfa_trusted_devices_user ON mfa_trusted_devices (realm_id, user_id);
CREATE INDEX mfa_trusted_devices_owner ON mfa_trusted_devices (user_id);
CREATE INDEX mfa_trusted_devices_age ON mfa_trusted_devices (created_at);
