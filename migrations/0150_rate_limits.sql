-- room: tenant/limit
-- +goose Up
CREATE TABLE rate_limits ( -- limits that a realm has set for itself; all others are the house's
    realm_id   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    limits     TEXT   NOT NULL, -- "5/m, 100/day"
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (realm_id, name)
);
