-- room: tenant/application
-- +goose Up
ALTER TABLE api_keys ADD COLUMN networks TEXT NOT NULL DEFAULT '[]'; -- JSON list of CIDR blocks; none is everywhere

CREATE TABLE operator_keys ( -- API keys above realms
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL,
    digest       BYTEA  NOT NULL,
    scopes       TEXT   NOT NULL, -- JSON
    realms       TEXT   NOT NULL DEFAULT '[]', -- JSON list of realm ids; none is all
    networks     TEXT   NOT NULL DEFAULT '[]',
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT NOT NULL DEFAULT 0,
    revoked_at   BIGINT NOT NULL DEFAULT 0
);
