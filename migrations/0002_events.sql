-- room: internal/event
-- +goose Up
CREATE TABLE events (
    id            TEXT   NOT NULL PRIMARY KEY,
    realm_id      TEXT   NOT NULL, -- '' for what belongs to no realm
    type          TEXT   NOT NULL,
    ref_kind      TEXT   NOT NULL,
    ref_id        TEXT   NOT NULL,
    actor         TEXT   NOT NULL, -- JSON
    payload       TEXT   NOT NULL, -- JSON
    at            BIGINT NOT NULL,
    -- how far the dispatch has come
    attempts      BIGINT NOT NULL DEFAULT 0,
    lease_owner   TEXT   NOT NULL DEFAULT '',
    lease_until   BIGINT NOT NULL DEFAULT 0, -- also when a failed event is tried again
    dispatched_at BIGINT NOT NULL DEFAULT 0,
    parked_at     BIGINT NOT NULL DEFAULT 0,
    failure       TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX events_pending ON events (at, id) WHERE dispatched_at = 0 AND parked_at = 0;
CREATE INDEX events_dispatched ON events (dispatched_at) WHERE dispatched_at > 0;
CREATE INDEX events_parked ON events (parked_at) WHERE parked_at > 0;
