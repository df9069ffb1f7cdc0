-- room: consent/preference
-- +goose Up
CREATE TABLE consent_choices ( -- the last row of a purpose counts; rows are never changed
    id             TEXT    NOT NULL PRIMARY KEY,
    realm_id       TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    purpose        TEXT    NOT NULL,
    granted        BOOLEAN NOT NULL,
    channel        TEXT    NOT NULL,
    chosen_at      BIGINT  NOT NULL
);
CREATE INDEX consent_choices_person ON consent_choices (realm_id, user_id, id);
CREATE INDEX consent_choices_realm ON consent_choices (realm_id, id);
