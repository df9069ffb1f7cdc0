-- room: notify/message
-- +goose Up
CREATE TABLE letter_suppressions ( -- addresses to which not everything is sent
    realm_id   TEXT   NOT NULL REFERENCES realms (id),
    to_key     TEXT   NOT NULL,
    reason     TEXT   NOT NULL, -- bounced, complained, unsubscribed
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (realm_id, to_key, reason)
);
CREATE INDEX letter_suppressions_expiry ON letter_suppressions (expires_at);
