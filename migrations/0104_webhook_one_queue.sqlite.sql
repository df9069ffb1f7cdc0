-- room: notify/webhook
-- +goose Up
-- With it, the least delivery of a webhook was looked for among those of all others.
DROP INDEX IF EXISTS webhook_deliveries_due;
