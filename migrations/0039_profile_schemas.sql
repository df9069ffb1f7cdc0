-- room: identity/profile
-- +goose Up
CREATE TABLE profile_schemas (
    realm_id   TEXT   NOT NULL PRIMARY KEY REFERENCES realms (id),
    fields     TEXT   NOT NULL, -- JSON
    version    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
