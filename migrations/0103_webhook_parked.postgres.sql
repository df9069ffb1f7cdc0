-- room: notify/webhook
-- +goose NO TRANSACTION
-- +goose Up
-- What an attempt that was interrupted left is not valid.
DROP INDEX CONCURRENTLY IF EXISTS webhook_deliveries_parked;
CREATE INDEX CONCURRENTLY webhook_deliveries_parked ON webhook_deliveries (id) WHERE status = 'parked';
