-- room: identity/user
-- +goose Up
CREATE TABLE user_passwords ( -- what a realm with a history does not want back
    id          TEXT   NOT NULL PRIMARY KEY,
    realm_id    TEXT   NOT NULL REFERENCES realms (id),
    user_id     TEXT   NOT NULL REFERENCES users (id),
    hash        TEXT   NOT NULL,
    replaced_at BIGINT NOT NULL
);
CREATE INDEX user_passwords_owner ON user_passwords (realm_id, user_id, replaced_at);
