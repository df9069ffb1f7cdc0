-- room: notify/signal
-- +goose NO TRANSACTION
-- +goose Up
-- With it, the least token of a stream was looked for among those of all others.
DROP INDEX CONCURRENTLY IF EXISTS signal_sets_due;
