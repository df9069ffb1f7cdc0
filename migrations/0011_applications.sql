-- room: tenant/application
-- +goose Up
CREATE TABLE applications (
    id          TEXT    NOT NULL PRIMARY KEY,
    realm_id    TEXT    NOT NULL REFERENCES realms (id),
    client_id   TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    type        TEXT    NOT NULL CHECK (type IN ('web', 'spa', 'native', 'service')),
    first_party BOOLEAN NOT NULL,
    enabled     BOOLEAN NOT NULL,
    auth_method TEXT    NOT NULL,
    settings    TEXT    NOT NULL, -- JSON
    jwks        TEXT    NOT NULL DEFAULT '', -- JSON, or empty
    version     BIGINT  NOT NULL DEFAULT 1,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    UNIQUE (realm_id, client_id),
    UNIQUE (realm_id, id) -- what foreign keys point to: a row can name no application of another realm
);

CREATE TABLE application_secrets (
    id             TEXT   NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL,
    application_id TEXT   NOT NULL,
    digest         BYTEA  NOT NULL,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL DEFAULT 0,
    FOREIGN KEY (realm_id, application_id) REFERENCES applications (realm_id, id) ON DELETE CASCADE
);
CREATE INDEX application_secrets_application ON application_secrets (realm_id, application_id);

CREATE TABLE api_keys (
    id             TEXT   NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL REFERENCES realms (id),
    application_id TEXT, -- null: the key is the realm's
    name           TEXT   NOT NULL,
    digest         BYTEA  NOT NULL,
    scopes         TEXT   NOT NULL, -- JSON
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL DEFAULT 0,
    last_used_at   BIGINT NOT NULL DEFAULT 0,
    revoked_at     BIGINT NOT NULL DEFAULT 0,
    FOREIGN KEY (realm_id, application_id) REFERENCES applications (realm_id, id) ON DELETE CASCADE
);
CREATE INDEX api_keys_realm ON api_keys (realm_id, id);
CREATE INDEX api_keys_application ON api_keys (realm_id, application_id);
