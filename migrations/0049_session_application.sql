-- room: identity/session
-- +goose Up
ALTER TABLE sessions ADD COLUMN application_id TEXT NOT NULL DEFAULT ''; -- where it began; empty: in the account
