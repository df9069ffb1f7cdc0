-- room: identity/user
-- +goose Up
CREATE INDEX users_in_order ON users (realm_id, id);
