-- room: tenant/realm
-- +goose Up
ALTER TABLE realms ADD COLUMN deleted_at BIGINT NOT NULL DEFAULT 0; -- a deleted realm keeps its row, without name and slug
ALTER TABLE realms ADD COLUMN purged_at BIGINT NOT NULL DEFAULT 0;  -- when nothing else was left of it
CREATE INDEX realms_to_purge ON realms (deleted_at) WHERE deleted_at > 0 AND purged_at = 0;
