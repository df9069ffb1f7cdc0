-- room: tenant/realm
-- +goose Up
CREATE TABLE realms (
    id               TEXT    NOT NULL PRIMARY KEY,
    slug             TEXT    NOT NULL UNIQUE,
    name             TEXT    NOT NULL,
    active           BOOLEAN NOT NULL,
    branding         TEXT    NOT NULL, -- JSON
    default_language TEXT    NOT NULL DEFAULT '',
    policy           TEXT    NOT NULL, -- JSON
    version          BIGINT  NOT NULL DEFAULT 1,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT  NOT NULL
);
