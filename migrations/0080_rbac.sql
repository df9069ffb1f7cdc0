-- room: rbac
-- +goose Up
CREATE TABLE permissions ( -- what an application lets people do
    id             TEXT   NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL,
    application_id TEXT   NOT NULL,
    code           TEXT   NOT NULL,
    description    TEXT   NOT NULL,
    version        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX permissions_code ON permissions (realm_id, application_id, code);
CREATE INDEX permissions_realm ON permissions (realm_id, id);

CREATE TABLE roles (
    id             TEXT   NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL,
    application_id TEXT   NOT NULL, -- '' for a role of the realm
    slug           TEXT   NOT NULL,
    name           TEXT   NOT NULL,
    description    TEXT   NOT NULL,
    requirements   TEXT   NOT NULL, -- JSON list
    grants         TEXT   NOT NULL, -- JSON list of [application, code]
    nested         TEXT   NOT NULL, -- JSON list of role ids
    version        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX roles_slug ON roles (realm_id, application_id, slug);
CREATE INDEX roles_realm ON roles (realm_id, id);

CREATE TABLE role_assignments (
    id             TEXT   NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL,
    subject_kind   TEXT   NOT NULL, -- user, application, group
    subject_id     TEXT   NOT NULL,
    role_id        TEXT   NOT NULL, -- or the slug of a built-in role
    application_id TEXT   NOT NULL, -- '' for the whole realm
    starts_at      BIGINT NOT NULL DEFAULT 0,
    expires_at     BIGINT NOT NULL DEFAULT 0,
    max_factor_age BIGINT NOT NULL DEFAULT 0, -- microseconds
    networks       TEXT   NOT NULL DEFAULT '[]', -- JSON list of CIDR blocks
    unmet          TEXT   NOT NULL DEFAULT '[]', -- JSON list of requirements; it is valid when none
    version        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX role_assignments_once ON role_assignments (realm_id, subject_kind, subject_id, role_id, application_id);
CREATE INDEX role_assignments_role ON role_assignments (realm_id, role_id, id);
CREATE INDEX role_assignments_application ON role_assignments (realm_id, application_id, id);
CREATE INDEX role_assignments_realm ON role_assignments (realm_id, id);

CREATE TABLE user_groups (
    id          TEXT   NOT NULL PRIMARY KEY,
    realm_id    TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    description TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_groups_name ON user_groups (realm_id, name);
CREATE INDEX user_groups_realm ON user_groups (realm_id, id);

CREATE TABLE group_members (
    realm_id    TEXT   NOT NULL,
    group_id    TEXT   NOT NULL,
    member_kind TEXT   NOT NULL, -- user, application
    member_id   TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (realm_id, group_id, member_kind, member_id)
);
CREATE INDEX group_members_of ON group_members (realm_id, member_kind, member_id);

CREATE TABLE role_locks ( -- changes to a realm's roles come one after another
    realm_id TEXT   NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL
);
