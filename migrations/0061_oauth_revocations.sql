-- room: oauth
-- +goose Up
CREATE TABLE oauth_revocations (
    realm_id   TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    revoked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm_id, kind, subject)
);
CREATE INDEX oauth_revocations_expiry ON oauth_revocations (expires_at);

CREATE TABLE oauth_assertions (
    realm_id       TEXT   NOT NULL,
    application_id TEXT   NOT NULL,
    digest         BYTEA  NOT NULL,
    expires_at     BIGINT NOT NULL,
    PRIMARY KEY (realm_id, application_id, digest)
);
CREATE INDEX oauth_assertions_expiry ON oauth_assertions (expires_at);
