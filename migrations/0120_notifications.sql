-- room: notify/inapp
-- +goose Up
CREATE TABLE notifications ( -- what one person is told in their account
    id         TEXT   NOT NULL PRIMARY KEY, -- of the event, if one made it
    realm_id   TEXT   NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    user_id    TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    sending_id TEXT   NOT NULL DEFAULT '', -- the sending that made it
    priority   TEXT   NOT NULL,
    icon       TEXT   NOT NULL,
    link       TEXT   NOT NULL,
    title      TEXT   NOT NULL DEFAULT '', -- empty: the house's words for the kind
    body       TEXT   NOT NULL DEFAULT '',
    data       TEXT   NOT NULL DEFAULT '{}', -- what the house's words are about
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL
);
CREATE INDEX notifications_person ON notifications (realm_id, user_id, created_at, id);
CREATE INDEX notifications_unseen ON notifications (realm_id, user_id, expires_at) WHERE seen_at = 0;
CREATE INDEX notifications_expiry ON notifications (expires_at);
CREATE UNIQUE INDEX notifications_once ON notifications (sending_id, user_id) WHERE sending_id <> '';

CREATE TABLE notification_preferences ( -- only what differs from the defaults
    realm_id   TEXT    NOT NULL,
    user_id    TEXT    NOT NULL,
    topic      TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    enabled    BOOLEAN NOT NULL,
    updated_at BIGINT  NOT NULL,
    PRIMARY KEY (realm_id, user_id, topic, channel)
);
