-- room: identity/session
-- +goose Up
CREATE TABLE sessions (
    id               TEXT   NOT NULL PRIMARY KEY,
    realm_id         TEXT   NOT NULL,
    user_id          TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest           BYTEA  NOT NULL UNIQUE, -- SHA-256 of the cookie
    authenticated_at BIGINT NOT NULL,
    amr              TEXT   NOT NULL, -- JSON
    acr              TEXT   NOT NULL,
    ip               TEXT   NOT NULL,
    user_agent       TEXT   NOT NULL,
    created_at       BIGINT NOT NULL,
    last_seen_at     BIGINT NOT NULL,
    idle_expires_at  BIGINT NOT NULL, -- never after expires_at
    expires_at       BIGINT NOT NULL,
    ended_at         BIGINT NOT NULL DEFAULT 0,
    ended_reason     TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX sessions_user ON sessions (realm_id, user_id);
CREATE INDEX sessions_expiry ON sessions (idle_expires_at);
