-- room: identity/invitation
-- +goose Up
CREATE TABLE invitations (
    id             TEXT   NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL,
    user_id        TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    application_id TEXT   NOT NULL, -- where the person goes on; '' for the account
    lifetime       BIGINT NOT NULL, -- of the link, in microseconds
    created_at     BIGINT NOT NULL,
    sent_at        BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    accepted_at    BIGINT NOT NULL DEFAULT 0,
    revoked_at     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX invitations_realm ON invitations (realm_id, id);
CREATE INDEX invitations_user ON invitations (user_id);
