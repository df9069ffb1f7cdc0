-- room: notify/pubsub
-- +goose Up
CREATE TABLE bus_messages ( -- what other programs are to hear of, until the bus has taken it
    id              TEXT   NOT NULL PRIMARY KEY, -- of the event, and of the message
    realm_id        TEXT   NOT NULL,             -- '' for what belongs to no realm
    type            TEXT   NOT NULL,
    body            TEXT   NOT NULL,             -- as it is published
    attempts        BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,             -- while a worker has it: the end of its lease
    lease_owner     TEXT   NOT NULL,
    failure         TEXT   NOT NULL,             -- of the last attempt
    created_at      BIGINT NOT NULL
);
CREATE INDEX bus_messages_due ON bus_messages (next_attempt_at, id);
CREATE INDEX bus_messages_age ON bus_messages (created_at);

CREATE TABLE bus_processed ( -- messages that have taken effect: their duplicates do not
    consumer     TEXT   NOT NULL,
    message_id   TEXT   NOT NULL,
    processed_at BIGINT NOT NULL,
    PRIMARY KEY (consumer, message_id)
);
CREATE INDEX bus_processed_age ON bus_processed (processed_at);

CREATE TABLE bus_dead ( -- messages that could not take effect, for an operator
    id         TEXT   NOT NULL PRIMARY KEY,
    consumer   TEXT   NOT NULL,
    message_id TEXT   NOT NULL, -- '' when it cannot be read
    reason     TEXT   NOT NULL, -- invalid_message, validation_failed, subscription_not_found, processing_failed
    detail     TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX bus_dead_age ON bus_dead (created_at);
