-- room: consent
-- +goose Up
CREATE TABLE consents (
    realm_id       TEXT   NOT NULL,
    user_id        TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    application_id TEXT   NOT NULL,
    scopes         TEXT   NOT NULL, -- JSON
    granted_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (realm_id, user_id, application_id),
    FOREIGN KEY (realm_id, application_id) REFERENCES applications (realm_id, id) ON DELETE CASCADE
);
CREATE INDEX consents_user ON consents (user_id);
CREATE INDEX consents_application ON consents (realm_id, application_id);
