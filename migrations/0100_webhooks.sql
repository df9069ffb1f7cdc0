-- room: notify/webhook
-- +goose Up
CREATE TABLE webhooks ( -- who wants to be told of events
    id              TEXT    NOT NULL PRIMARY KEY,
    realm_id        TEXT    NOT NULL,
    application_id  TEXT    NOT NULL, -- '' for the whole realm
    url             TEXT    NOT NULL,
    description     TEXT    NOT NULL,
    events          TEXT    NOT NULL, -- JSON: names and prefixes
    headers         TEXT    NOT NULL, -- sealed JSON, '' for none
    enabled         BOOLEAN NOT NULL,
    disabled_reason TEXT    NOT NULL,
    failures        BIGINT  NOT NULL, -- attempts in a row that failed
    failing_since   BIGINT  NOT NULL, -- the first of them, 0 for none
    version         BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);
CREATE INDEX webhooks_realm ON webhooks (realm_id, id);

CREATE TABLE webhook_secrets ( -- what signs; several during a rotation
    id         TEXT   NOT NULL PRIMARY KEY,
    realm_id   TEXT   NOT NULL,
    webhook_id TEXT   NOT NULL,
    sealed     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL -- 0: the one that stays
);
CREATE INDEX webhook_secrets_webhook ON webhook_secrets (realm_id, webhook_id);

CREATE TABLE webhook_deliveries (
    id              TEXT   NOT NULL PRIMARY KEY, -- the webhook-id that the receiver sees
    realm_id        TEXT   NOT NULL,
    webhook_id      TEXT   NOT NULL,
    event_id        TEXT   NOT NULL, -- '' for a ping
    event_type      TEXT   NOT NULL,
    body            TEXT   NOT NULL,
    status          TEXT   NOT NULL,
    attempts        BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease_owner     TEXT   NOT NULL,
    error           TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    finished_at     BIGINT NOT NULL -- 0 while pending
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at, webhook_id) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, next_attempt_at) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (realm_id, webhook_id, created_at, id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);

CREATE TABLE webhook_attempts ( -- each time that somebody was called
    id          TEXT   NOT NULL PRIMARY KEY,
    realm_id    TEXT   NOT NULL,
    delivery_id TEXT   NOT NULL,
    number      BIGINT NOT NULL, -- from 1 on; a replay begins again
    at          BIGINT NOT NULL,
    duration    BIGINT NOT NULL, -- microseconds
    status_code BIGINT NOT NULL, -- 0: there was no answer
    error       TEXT   NOT NULL,
    excerpt     TEXT   NOT NULL -- the answer's beginning
);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (realm_id, delivery_id, id);
CREATE INDEX webhook_attempts_age ON webhook_attempts (at);
