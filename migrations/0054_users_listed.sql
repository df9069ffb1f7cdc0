-- room: identity/user
-- +goose Up
-- Each list of people walks one of these in the order that it answers in.
CREATE INDEX users_listed ON users (realm_id, created_at, id) WHERE status <> 'erased';
CREATE INDEX users_by_status ON users (realm_id, status, created_at, id);
CREATE INDEX users_by_email_verified ON users (realm_id, email_verified, created_at, id);
CREATE INDEX users_by_factor ON users (realm_id, (factors <> ''), created_at, id);
CREATE INDEX users_by_phone ON users (realm_id, phone, created_at, id) WHERE phone <> '';
