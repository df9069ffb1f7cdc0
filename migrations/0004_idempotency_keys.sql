-- room: internal/rest
-- +goose Up
CREATE TABLE idempotency_keys ( -- what was answered to a POST that may be sent again
    realm_id   TEXT   NOT NULL, -- '' for what stands above realms
    caller     TEXT   NOT NULL, -- kind:id
    key        TEXT   NOT NULL,
    request    BYTEA  NOT NULL, -- digest of operation, path and body
    claim      TEXT   NOT NULL, -- who works on it
    lease_until BIGINT NOT NULL DEFAULT 0, -- 0: answered
    status     BIGINT NOT NULL DEFAULT 0,
    answer     TEXT   NOT NULL DEFAULT '', -- sealed: it may hold a secret
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (realm_id, caller, key)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
