-- room: notify/inapp
-- +goose Up
CREATE TABLE notification_sendings ( -- what was, or will be, told to one person or to many
    id          TEXT    NOT NULL PRIMARY KEY,
    realm_id    TEXT    NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    kind        TEXT    NOT NULL,
    audience    TEXT    NOT NULL, -- user, role, everyone
    audience_id TEXT    NOT NULL,
    source_id   TEXT    NOT NULL DEFAULT '', -- what it tells of, so that it can be called off
    priority    TEXT    NOT NULL,
    icon        TEXT    NOT NULL,
    link        TEXT    NOT NULL,
    title       TEXT    NOT NULL DEFAULT '',
    body        TEXT    NOT NULL DEFAULT '',
    data        TEXT    NOT NULL DEFAULT '{}',
    sender_kind TEXT    NOT NULL,
    sender_id   TEXT    NOT NULL,
    status      TEXT    NOT NULL, -- waiting, done, cancelled
    reached     BIGINT  NOT NULL DEFAULT 0,
    last_user   TEXT    NOT NULL DEFAULT '', -- how far it has come
    created_at  BIGINT  NOT NULL,
    starts_at   BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    finished_at BIGINT  NOT NULL DEFAULT 0,
    lease_owner TEXT    NOT NULL DEFAULT '',
    lease_until BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX notification_sendings_realm ON notification_sendings (realm_id, id);
CREATE INDEX notification_sendings_source ON notification_sendings (realm_id, source_id) WHERE source_id <> '';
CREATE INDEX notification_sendings_waiting ON notification_sendings (starts_at) WHERE status = 'waiting';
CREATE INDEX notification_sendings_finished ON notification_sendings (finished_at) WHERE finished_at > 0;
