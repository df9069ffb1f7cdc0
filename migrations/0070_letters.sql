-- room: notify/message
-- +goose Up
CREATE TABLE letters ( -- waiting to be sent; a row is erased when it was, or can no longer be
    id              TEXT   NOT NULL PRIMARY KEY, -- also the row in email_log or sms_log
    realm_id        TEXT   NOT NULL REFERENCES realms (id),
    channel         TEXT   NOT NULL,
    kind            TEXT   NOT NULL,
    sealed          TEXT   NOT NULL, -- whom, in which language, what
    attempts        BIGINT NOT NULL DEFAULT 0,
    next_attempt_at BIGINT NOT NULL,            -- the end of the lease while somebody sends it
    expires_at      BIGINT NOT NULL DEFAULT 0,
    lease_owner     TEXT   NOT NULL DEFAULT '',
    created_at      BIGINT NOT NULL
);
CREATE INDEX letters_due ON letters (next_attempt_at);
