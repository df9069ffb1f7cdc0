-- room: consent
-- +goose Up
CREATE TABLE consents (
    realm_id       TEXT   NOT NULL,
    user_id        TEXT   NOT NULL,
    application_id TEXT   NOT NULL,
    scopes         TEXT   NOT NULL,
    granted_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (realm_id, user_id, application_id)
);
CREATE INDEX consents_application ON consents (realm_id, application_id);
