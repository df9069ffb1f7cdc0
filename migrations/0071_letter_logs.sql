-- room: notify/message
-- +goose Up
CREATE TABLE email_log (
    id              TEXT   NOT NULL PRIMARY KEY,
    realm_id        TEXT   NOT NULL REFERENCES realms (id),
    user_id         TEXT   NOT NULL, -- empty: the address belongs to no account
    application_id  TEXT   NOT NULL,
    kind            TEXT   NOT NULL,
    provider        TEXT   NOT NULL DEFAULT '',
    provider_msg_id TEXT   NOT NULL DEFAULT '',
    from_address    TEXT   NOT NULL DEFAULT '',
    to_address      TEXT   NOT NULL,
    to_key          TEXT   NOT NULL, -- folded
    summary         TEXT   NOT NULL DEFAULT '', -- the subject
    status          TEXT   NOT NULL,
    last_event      TEXT   NOT NULL,
    last_event_at   BIGINT NOT NULL,
    attempts        BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX email_log_recipient ON email_log (realm_id, to_key, created_at);
CREATE INDEX email_log_user ON email_log (realm_id, user_id);
CREATE INDEX email_log_provider ON email_log (provider, provider_msg_id);
CREATE INDEX email_log_age ON email_log (created_at);

CREATE TABLE sms_log (
    id              TEXT   NOT NULL PRIMARY KEY,
    realm_id        TEXT   NOT NULL REFERENCES realms (id),
    user_id         TEXT   NOT NULL,
    application_id  TEXT   NOT NULL,
    kind            TEXT   NOT NULL,
    provider        TEXT   NOT NULL DEFAULT '',
    provider_msg_id TEXT   NOT NULL DEFAULT '',
    from_address    TEXT   NOT NULL DEFAULT '',
    to_address      TEXT   NOT NULL,
    to_key          TEXT   NOT NULL,
    summary         TEXT   NOT NULL DEFAULT '', -- the text, its secrets masked
    status          TEXT   NOT NULL,
    last_event      TEXT   NOT NULL,
    last_event_at   BIGINT NOT NULL,
    attempts        BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX sms_log_recipient ON sms_log (realm_id, to_key, created_at);
CREATE INDEX sms_log_user ON sms_log (realm_id, user_id);
CREATE INDEX sms_log_provider ON sms_log (provider, provider_msg_id);
CREATE INDEX sms_log_age ON sms_log (created_at);

CREATE TABLE letter_reports ( -- what providers have told already
    provider TEXT   NOT NULL,
    event_id TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (provider, event_id)
);
CREATE INDEX letter_reports_age ON letter_reports (at);
