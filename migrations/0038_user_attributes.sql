-- room: identity/user
-- +goose Up
ALTER TABLE users ADD COLUMN attributes TEXT NOT NULL DEFAULT ''; -- JSON: what the realm's own profile schema asks for, or empty
ALTER TABLE users ADD COLUMN use_gravatar BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN require_second_factor BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN erasure_at BIGINT NOT NULL DEFAULT 0; -- when all that is personal here will be gone
CREATE INDEX users_erasure ON users (erasure_at) WHERE erasure_at > 0;
