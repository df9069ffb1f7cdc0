-- room: identity/user
-- +goose Up
ALTER TABLE users ADD COLUMN factors TEXT NOT NULL DEFAULT ''; -- kinds of second factors, sorted, divided by spaces
