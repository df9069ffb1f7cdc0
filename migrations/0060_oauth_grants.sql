-- room: oauth
-- +goose Up
CREATE TABLE oauth_codes (
    digest         BYTEA   NOT NULL PRIMARY KEY,
    realm_id       TEXT    NOT NULL,
    grant_id       TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    session_id     TEXT    NOT NULL,
    redirect_uri   TEXT    NOT NULL,
    challenge      TEXT    NOT NULL,
    nonce          TEXT    NOT NULL,
    scopes         TEXT    NOT NULL,
    audience       TEXT    NOT NULL,
    context        TEXT    NOT NULL,
    created_at     BIGINT  NOT NULL,
    expires_at     BIGINT  NOT NULL,
    used_at        BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX oauth_codes_expiry ON oauth_codes (expires_at);
CREATE INDEX oauth_codes_session ON oauth_codes (realm_id, session_id);
CREATE INDEX oauth_codes_user ON oauth_codes (realm_id, user_id, application_id);

CREATE TABLE oauth_grants (
    id             TEXT    NOT NULL PRIMARY KEY,
    realm_id       TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    session_id     TEXT    NOT NULL,
    scopes         TEXT    NOT NULL,
    audience       TEXT    NOT NULL,
    context        TEXT    NOT NULL,
    offline        BOOLEAN NOT NULL,
    created_at     BIGINT  NOT NULL,
    expires_at     BIGINT  NOT NULL,
    revoked_at     BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX oauth_grants_expiry ON oauth_grants (expires_at);
CREATE INDEX oauth_grants_session ON oauth_grants (realm_id, session_id);
CREATE INDEX oauth_grants_user ON oauth_grants (realm_id, user_id, application_id);
CREATE INDEX oauth_grants_application ON oauth_grants (realm_id, application_id);

CREATE TABLE oauth_refresh_tokens (
    digest     BYTEA  NOT NULL PRIMARY KEY,
    realm_id   TEXT   NOT NULL,
    grant_id   TEXT   NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL DEFAULT 0,
    successor  BYTEA
);
CREATE INDEX oauth_refresh_tokens_grant ON oauth_refresh_tokens (grant_id);
CREATE INDEX oauth_refresh_tokens_expiry ON oauth_refresh_tokens (expires_at);

CREATE TABLE oauth_access_tokens (
    digest         BYTEA  NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL,
    grant_id       TEXT   NOT NULL,
    application_id TEXT   NOT NULL,
    user_id        TEXT   NOT NULL,
    session_id     TEXT   NOT NULL,
    scopes         TEXT   NOT NULL,
    audience       TEXT   NOT NULL,
    context        TEXT   NOT NULL,
    issued_at      BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL
);
CREATE INDEX oauth_access_tokens_expiry ON oauth_access_tokens (expires_at);
