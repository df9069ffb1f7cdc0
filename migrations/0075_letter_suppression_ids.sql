-- room: notify/message
-- +goose Up
ALTER TABLE letter_suppressions ADD COLUMN id TEXT NOT NULL DEFAULT ''; -- a name without the address; empty until listed, for rows from before
CREATE INDEX letter_suppressions_id ON letter_suppressions (realm_id, id);
CREATE INDEX letter_suppressions_realm ON letter_suppressions (realm_id, created_at, id);
