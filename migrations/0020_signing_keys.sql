-- room: oauth/key
-- +goose Up
CREATE TABLE signing_keys (
    id           TEXT   NOT NULL UNIQUE, -- the kid: RFC 7638 thumbprint
    realm_id     TEXT   NOT NULL REFERENCES realms (id),
    algorithm    TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    public       TEXT   NOT NULL, -- JWK
    private      TEXT   NOT NULL, -- PKCS#8, sealed; empty once retired
    created_at   BIGINT NOT NULL,
    activated_at BIGINT NOT NULL DEFAULT 0,
    retired_at   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (realm_id, id)
);
-- Two nodes that rotate at once meet here: one wins.
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (realm_id, algorithm) WHERE state = 'active';
CREATE UNIQUE INDEX signing_keys_next ON signing_keys (realm_id, algorithm) WHERE state = 'next';
-- What the rotation worker asks for.
CREATE INDEX signing_keys_due ON signing_keys (state, activated_at);
