-- room: notify/inapp
-- +goose Up
CREATE TABLE notification_templates ( -- a realm's own words
    realm_id   TEXT   NOT NULL REFERENCES realms (id) ON DELETE CASCADE,
    slug       TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    icon       TEXT   NOT NULL,
    link       TEXT   NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (realm_id, slug, language)
);
