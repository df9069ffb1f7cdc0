-- room: notify/webhook
-- +goose Up
CREATE INDEX webhook_deliveries_parked ON webhook_deliveries (id) WHERE status = 'parked';
