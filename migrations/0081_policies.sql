-- room: rbac/policy
-- +goose Up
CREATE TABLE policies ( -- attribute rules, where a role is too coarse
    id             TEXT   NOT NULL PRIMARY KEY,
    realm_id       TEXT   NOT NULL,
    application_id TEXT   NOT NULL, -- '' for a rule of the whole realm
    name           TEXT   NOT NULL,
    description    TEXT   NOT NULL,
    source         TEXT   NOT NULL, -- what counts, in Cedar; '' for nothing
    draft          TEXT   NOT NULL, -- what is to count next; '' for nothing
    version        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    activated_at   BIGINT NOT NULL -- 0: not active
);
CREATE UNIQUE INDEX policies_name ON policies (realm_id, application_id, name);
CREATE INDEX policies_realm ON policies (realm_id, id);
