-- room: internal/database
-- +goose Up
CREATE TABLE changes (
    id    TEXT   NOT NULL PRIMARY KEY,
    topic TEXT   NOT NULL,
    key   TEXT   NOT NULL,
    at    BIGINT NOT NULL -- by the clock of the database
);
CREATE INDEX changes_at ON changes (at);
