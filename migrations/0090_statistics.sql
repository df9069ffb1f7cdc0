-- room: watch/statistics
-- +goose Up
CREATE TABLE statistics_days ( -- what happened, counted as it is dispatched: nobody scans events for it
    realm_id TEXT   NOT NULL,
    day      BIGINT NOT NULL, -- days since 1970, UTC
    name     TEXT   NOT NULL,
    shard    BIGINT NOT NULL, -- of the process that counts, so that processes do not wait for one another
    count    BIGINT NOT NULL,
    PRIMARY KEY (realm_id, day, name, shard)
);
CREATE INDEX statistics_days_age ON statistics_days (day);
