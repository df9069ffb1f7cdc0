-- room: identity/flow
-- +goose Up
CREATE TABLE flows (
    id             TEXT   NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL REFERENCES realms (id),
    application_id TEXT   NOT NULL,
    browser        BYTEA  NOT NULL, -- SHA-256 of the browser's cookie
    request        TEXT   NOT NULL, -- JSON, as are prompt, acr_values, scopes and proofs
    language       TEXT   NOT NULL,
    login_hint     TEXT   NOT NULL,
    subject        TEXT   NOT NULL,
    prompt         TEXT   NOT NULL,
    max_age        BIGINT NOT NULL, -- seconds; -1 when not asked for
    acr_values     TEXT   NOT NULL,
    scopes         TEXT   NOT NULL,
    session_id     TEXT   NOT NULL,
    proofs         TEXT   NOT NULL,
    hop            BIGINT NOT NULL,
    requested_at   BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    finished_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX flows_expiry ON flows (expires_at);
