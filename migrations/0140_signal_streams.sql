-- room: notify/signal
-- +goose Up
CREATE TABLE signal_streams ( -- who receives security events
    id               TEXT   NOT NULL PRIMARY KEY,
    realm_id         TEXT   NOT NULL,
    application_id   TEXT   NOT NULL,
    description      TEXT   NOT NULL,
    method           TEXT   NOT NULL, -- push or poll
    endpoint         TEXT   NOT NULL, -- '' for poll
    credential       TEXT   NOT NULL, -- the Authorization header, sealed; '' for none
    events           TEXT   NOT NULL, -- JSON: URIs that were asked for
    status           TEXT   NOT NULL, -- enabled, paused or disabled
    reason           TEXT   NOT NULL,
    failures         BIGINT NOT NULL,
    failing_since    BIGINT NOT NULL,
    verified_at      BIGINT NOT NULL, -- the last verification that was asked for
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);
CREATE INDEX signal_streams_realm ON signal_streams (realm_id, id);

CREATE TABLE signal_exclusions ( -- people of whom a stream is not told
    realm_id  TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    PRIMARY KEY (stream_id, user_id)
);
CREATE INDEX signal_exclusions_user ON signal_exclusions (realm_id, user_id);

CREATE TABLE signal_sets ( -- security event tokens that wait; they are signed when they leave
    id              TEXT   NOT NULL PRIMARY KEY, -- jti
    realm_id        TEXT   NOT NULL,
    stream_id       TEXT   NOT NULL,
    claims          TEXT   NOT NULL,
    attempts        BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    lease_owner     TEXT   NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX signal_sets_due ON signal_sets (next_attempt_at, stream_id);
CREATE INDEX signal_sets_stream ON signal_sets (stream_id, next_attempt_at);
CREATE INDEX signal_sets_age ON signal_sets (created_at);
