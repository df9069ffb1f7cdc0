-- room: watch/security
-- +goose Up
CREATE TABLE security_events ( -- what administrators should know of, told by the events of the house
    id         TEXT   NOT NULL PRIMARY KEY,
    realm_id   TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    type       TEXT   NOT NULL,
    severity   TEXT   NOT NULL,
    user_id    TEXT   NOT NULL, -- '' where it is about nobody
    ip         TEXT   NOT NULL,
    user_agent TEXT   NOT NULL,
    details    TEXT   NOT NULL -- JSON
);
CREATE INDEX security_events_realm ON security_events (realm_id, id);
CREATE INDEX security_events_user ON security_events (realm_id, user_id, id);
CREATE INDEX security_events_age ON security_events (at);

CREATE TABLE security_sources ( -- failed sign-ins by network, in quarters of an hour
    realm_id TEXT   NOT NULL,
    source   BYTEA  NOT NULL, -- keyed digest of the network; empty: the whole realm
    slot     BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    accounts BIGINT NOT NULL,
    PRIMARY KEY (realm_id, source, slot)
);
CREATE INDEX security_sources_age ON security_sources (slot);

CREATE TABLE security_targets ( -- whose accounts a network has tried
    realm_id   TEXT   NOT NULL,
    source     BYTEA  NOT NULL,
    slot       BIGINT NOT NULL,
    identifier TEXT   NOT NULL, -- keyed digest of the address that was tried
    PRIMARY KEY (realm_id, source, slot, identifier)
);
CREATE INDEX security_targets_age ON security_targets (slot);
