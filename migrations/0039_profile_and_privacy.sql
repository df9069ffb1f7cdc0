-- room: identity/profile
-- +goose Up
CREATE TABLE profile_schemas (
    realm_id   TEXT   NOT NULL PRIMARY KEY REFERENCES realms (id),
    fields     TEXT   NOT NULL, -- JSON
    version    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- room: identity/privacy
CREATE TABLE privacy_exports ( -- one a person: the last copy of their data that they asked for
    realm_id    TEXT   NOT NULL,
    user_id     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id          TEXT   NOT NULL UNIQUE,
    status      TEXT   NOT NULL, -- none (handed out at once), waiting, ready, failed
    asked_at    BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    ready_at    BIGINT NOT NULL DEFAULT 0,
    expires_at  BIGINT NOT NULL,
    size        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (realm_id, user_id)
);
CREATE INDEX privacy_exports_waiting ON privacy_exports (lease_until) WHERE status = 'waiting';
CREATE INDEX privacy_exports_expiry ON privacy_exports (expires_at);
CREATE TABLE privacy_export_chunks (
    export_id TEXT   NOT NULL REFERENCES privacy_exports (id) ON DELETE CASCADE,
    n         BIGINT NOT NULL,
    body      TEXT   NOT NULL, -- sealed
    PRIMARY KEY (export_id, n)
);
