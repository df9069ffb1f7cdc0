-- room: notify/signal
-- +goose Up
-- With it, the least token of a stream was looked for among those of all others.
DROP INDEX IF EXISTS signal_sets_due;
