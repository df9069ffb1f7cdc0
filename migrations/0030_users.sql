-- room: identity/user
-- +goose Up
CREATE TABLE users (
    id                   TEXT    NOT NULL PRIMARY KEY,
    realm_id             TEXT    NOT NULL REFERENCES realms (id),
    email                TEXT    NOT NULL,
    email_key            TEXT    NOT NULL, -- folded in Go: lower() differs between databases
    email_verified       BOOLEAN NOT NULL,
    phone                TEXT    NOT NULL DEFAULT '',
    phone_verified       BOOLEAN NOT NULL DEFAULT FALSE,
    name                 TEXT    NOT NULL DEFAULT '',
    given_name           TEXT    NOT NULL DEFAULT '',
    family_name          TEXT    NOT NULL DEFAULT '',
    middle_name          TEXT    NOT NULL DEFAULT '',
    nickname             TEXT    NOT NULL DEFAULT '',
    username             TEXT    NOT NULL DEFAULT '',
    picture              TEXT    NOT NULL DEFAULT '',
    website              TEXT    NOT NULL DEFAULT '',
    gender               TEXT    NOT NULL DEFAULT '',
    birthdate            TEXT    NOT NULL DEFAULT '',
    zoneinfo             TEXT    NOT NULL DEFAULT '',
    locale               TEXT    NOT NULL DEFAULT '',
    address              TEXT    NOT NULL DEFAULT '', -- JSON, or empty
    status               TEXT    NOT NULL,
    password_hash        TEXT    NOT NULL DEFAULT '',
    password_serial      BIGINT  NOT NULL DEFAULT 0, -- counts the passwords set
    must_change_password BOOLEAN NOT NULL DEFAULT FALSE,
    version              BIGINT  NOT NULL DEFAULT 1,
    created_at           BIGINT  NOT NULL,
    updated_at           BIGINT  NOT NULL,
    last_login_at        BIGINT  NOT NULL DEFAULT 0,
    password_changed_at  BIGINT  NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX users_email ON users (realm_id, email_key);
