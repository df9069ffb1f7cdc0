-- room: watch/audit
-- +goose Up
CREATE TABLE audit_heads ( -- how far each realm's chain has come; appending to it locks this row
    realm_id    TEXT   NOT NULL PRIMARY KEY, -- '' for what belongs to no realm
    seq         BIGINT NOT NULL,             -- of the newest entry; 0 before the first
    hash        BYTEA  NOT NULL,             -- of the newest entry
    segment     BIGINT NOT NULL,             -- number of the segment that is open
    first_seq   BIGINT NOT NULL,             -- where it begins
    opened_at   BIGINT NOT NULL,             -- when its first entry was written; 0 while it has none
    checkpoint  BYTEA  NOT NULL,             -- SHA-256 of the newest checkpoint
    kept_seq    BIGINT NOT NULL,             -- entries before this one are given up
    mac         BYTEA  NOT NULL              -- of all of the above
);

CREATE TABLE audit_entries ( -- never changed; removed in whole segments only
    realm_id             TEXT   NOT NULL,
    seq                  BIGINT NOT NULL, -- 1, 2, 3 … without a gap
    version              BIGINT NOT NULL, -- of the encoding that is hashed
    previous             BYTEA  NOT NULL, -- hash of the entry before
    hash                 BYTEA  NOT NULL, -- SHA-256 over all other columns
    id                   TEXT   NOT NULL, -- of the event
    at                   BIGINT NOT NULL,
    type                 TEXT   NOT NULL,
    actor_kind           TEXT   NOT NULL,
    actor_id             TEXT   NOT NULL,
    actor_application_id TEXT   NOT NULL,
    application_id       TEXT   NOT NULL, -- that it is about, else through which it was done
    ref_kind             TEXT   NOT NULL, -- what it is about, as the event says
    ref_id               TEXT   NOT NULL,
    subject_kind         TEXT   NOT NULL, -- the person concerned, else the same
    subject_id           TEXT   NOT NULL,
    request_id           TEXT   NOT NULL,
    payload              TEXT   NOT NULL, -- JSON: what identifies nobody
    details              TEXT   NOT NULL, -- the rest, sealed with the key of the person concerned
    origin               TEXT   NOT NULL, -- address and user agent, sealed with the actor's key
    PRIMARY KEY (realm_id, seq)
);
CREATE UNIQUE INDEX audit_entries_id ON audit_entries (realm_id, id);
CREATE INDEX audit_entries_type ON audit_entries (realm_id, type, seq);
CREATE INDEX audit_entries_actor ON audit_entries (realm_id, actor_id, seq);
CREATE INDEX audit_entries_subject ON audit_entries (realm_id, subject_id, seq);
CREATE INDEX audit_entries_application ON audit_entries (realm_id, application_id, seq) WHERE application_id <> '';
CREATE INDEX audit_entries_request ON audit_entries (realm_id, request_id) WHERE request_id <> '';
CREATE INDEX audit_entries_at ON audit_entries (realm_id, at);

CREATE TABLE audit_segments ( -- what is closed, and signed; never changed nor removed
    realm_id   TEXT   NOT NULL,
    number     BIGINT NOT NULL, -- 1, 2, 3 … without a gap
    first_seq  BIGINT NOT NULL,
    last_seq   BIGINT NOT NULL,
    previous   BYTEA  NOT NULL, -- hash of the entry before the first
    hash       BYTEA  NOT NULL, -- of the last entry
    root       BYTEA  NOT NULL, -- of the Merkle tree over the entries
    closed_at  BIGINT NOT NULL,
    key_id     TEXT   NOT NULL,
    checkpoint TEXT   NOT NULL, -- all of the above, signed: a compact JWS
    PRIMARY KEY (realm_id, number)
);
CREATE UNIQUE INDEX audit_segments_first ON audit_segments (realm_id, first_seq);

CREATE TABLE audit_keys ( -- one for each person; without it, what it sealed is noise
    realm_id  TEXT   NOT NULL,
    owner_id  TEXT   NOT NULL, -- '' for what is nobody's
    sealed    TEXT   NOT NULL, -- the key, sealed with the ring; '' once it is destroyed
    PRIMARY KEY (realm_id, owner_id)
);
