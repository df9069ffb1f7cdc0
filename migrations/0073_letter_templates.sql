-- room: notify/message
-- +goose Up
CREATE TABLE letter_templates ( -- a realm's own words
    realm_id    TEXT   NOT NULL REFERENCES realms (id),
    kind        TEXT   NOT NULL,
    language    TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    html        TEXT   NOT NULL, -- as written, made safe
    inlined     TEXT   NOT NULL, -- the same with its style in the elements, as it is sent
    text        TEXT   NOT NULL,
    description TEXT   NOT NULL DEFAULT '',
    version     BIGINT NOT NULL DEFAULT 1,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (realm_id, kind, language)
);
