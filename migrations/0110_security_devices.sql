-- room: identity/session
-- +goose Up
ALTER TABLE sessions ADD COLUMN device_id TEXT NOT NULL DEFAULT ''; -- the known device that it is in
ALTER TABLE sessions ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE; -- opens nothing until a further proof
CREATE INDEX sessions_device ON sessions (realm_id, device_id);

-- room: watch/security
CREATE TABLE security_devices ( -- browsers that people have signed in with
    id            TEXT    NOT NULL PRIMARY KEY,
    realm_id      TEXT    NOT NULL,
    user_id       TEXT    NOT NULL,
    browser       BYTEA   NOT NULL, -- keyed digest of the person and the browser's cookie
    signals       BYTEA   NOT NULL, -- keyed digest of the person, the kind of browser and the address
    name          TEXT    NOT NULL, -- given by the person
    user_agent    TEXT    NOT NULL,
    network       TEXT    NOT NULL, -- the beginning of the address seen last
    status        TEXT    NOT NULL,
    sign_ins      BIGINT  NOT NULL,
    first_seen_at BIGINT  NOT NULL,
    last_seen_at  BIGINT  NOT NULL,
    decided_at    BIGINT  NOT NULL, -- when it was confirmed, suspected or revoked
    expires_at    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX security_devices_browser ON security_devices (realm_id, user_id, browser);
CREATE INDEX security_devices_user ON security_devices (realm_id, user_id, id);
CREATE INDEX security_devices_expiry ON security_devices (expires_at);

CREATE TABLE security_people ( -- where somebody signed in last; who has no line never has
    realm_id  TEXT    NOT NULL,
    user_id   TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    located   BOOLEAN NOT NULL,
    latitude  BIGINT  NOT NULL, -- tenths of a degree: as exact as travelling needs
    longitude BIGINT  NOT NULL,
    PRIMARY KEY (realm_id, user_id)
);
