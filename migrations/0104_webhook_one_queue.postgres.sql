-- room: notify/webhook
-- +goose NO TRANSACTION
-- +goose Up
-- With it, the least delivery of a webhook was looked for among those of all others.
DROP INDEX CONCURRENTLY IF EXISTS webhook_deliveries_due;
