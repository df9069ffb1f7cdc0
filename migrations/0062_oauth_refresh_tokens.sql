-- room: oauth
-- +goose Up
-- Refresh tokens leave with their grant, which is found by its own end.
DROP INDEX oauth_refresh_tokens_expiry;
