-- room: identity/login
-- +goose Up
CREATE TABLE login_attempts (
    realm_id     TEXT   NOT NULL,
    kind         TEXT   NOT NULL, -- account, identifier, device
    key_digest   BYTEA  NOT NULL,
    failures     BIGINT NOT NULL, -- evaluated since the last success
    refused      BIGINT NOT NULL, -- turned away during a lock since then
    locked_until BIGINT NOT NULL,
    admitted     TEXT   NOT NULL, -- the last attempt that was let through
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (realm_id, kind, key_digest)
);
CREATE INDEX login_attempts_age ON login_attempts (updated_at);
