-- room: identity/passkey
-- +goose Up
CREATE TABLE passkey_handles (
    user_id  TEXT   NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    realm_id TEXT   NOT NULL,
    handle   BYTEA  NOT NULL UNIQUE,    -- 32 random bytes: all that an authenticator knows of the person
    changes  BIGINT NOT NULL DEFAULT 0  -- counts additions and removals; the row is their lock
);

CREATE TABLE passkeys (
    id                 TEXT    NOT NULL PRIMARY KEY,
    realm_id           TEXT    NOT NULL,
    user_id            TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id      BYTEA   NOT NULL UNIQUE, -- over all realms: they share a relying party id
    public_key         BYTEA   NOT NULL,        -- COSE
    sign_count         BIGINT  NOT NULL,
    transports         TEXT    NOT NULL,        -- JSON
    aaguid             TEXT    NOT NULL,
    attestation_format TEXT    NOT NULL,
    attestation_type   TEXT    NOT NULL,
    backup_eligible    BOOLEAN NOT NULL,
    backed_up          BOOLEAN NOT NULL,
    user_verified      BOOLEAN NOT NULL,        -- by the authenticator, in any ceremony so far
    discoverable       BOOLEAN NOT NULL,
    label              TEXT    NOT NULL,
    created_at         BIGINT  NOT NULL,
    last_used_at       BIGINT  NOT NULL DEFAULT 0,
    clone_warning_at   BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX passkeys_user ON passkeys (realm_id, user_id);

CREATE TABLE passkey_ceremonies (
    challenge_digest BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the challenge as the browser repeats it
    realm_id         TEXT   NOT NULL,
    purpose          TEXT   NOT NULL,
    user_id          TEXT   NOT NULL,             -- empty: whoever signs in
    binding          TEXT   NOT NULL,             -- flow or session
    session          TEXT   NOT NULL,             -- sealed
    expires_at       BIGINT NOT NULL,
    spent_at         BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX passkey_ceremonies_binding ON passkey_ceremonies (realm_id, binding);
CREATE INDEX passkey_ceremonies_expiry ON passkey_ceremonies (expires_at);
