-- room: identity/activity
-- +goose Up
CREATE TABLE account_activity (
    id         TEXT    NOT NULL PRIMARY KEY, -- of the event
    realm_id   TEXT    NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    user_id    TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    type       TEXT    NOT NULL, -- of the event
    ip         TEXT    NOT NULL DEFAULT '',
    user_agent TEXT    NOT NULL DEFAULT '',
    admin      BOOLEAN NOT NULL DEFAULT FALSE,
    details    TEXT    NOT NULL DEFAULT '{}'
);
CREATE INDEX account_activity_user ON account_activity (realm_id, user_id, at, id);
CREATE INDEX account_activity_at ON account_activity (at);
