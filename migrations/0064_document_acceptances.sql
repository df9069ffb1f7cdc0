-- room: consent/terms
-- +goose Up
CREATE TABLE document_acceptances ( -- who agreed to what; rows are never changed
    id             TEXT    NOT NULL PRIMARY KEY,
    realm_id       TEXT    NOT NULL,
    user_id        TEXT    NOT NULL,
    document_id    TEXT    NOT NULL,
    global         BOOLEAN NOT NULL,
    kind           TEXT    NOT NULL,
    version        TEXT    NOT NULL,
    number         BIGINT  NOT NULL,
    digest         BYTEA   NOT NULL, -- SHA-256 of the text that was shown
    language       TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    accepted_at    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX document_acceptances_once ON document_acceptances (realm_id, user_id, document_id);
CREATE INDEX document_acceptances_realm ON document_acceptances (realm_id, id);
CREATE INDEX document_acceptances_document ON document_acceptances (realm_id, document_id, id);

CREATE TABLE application_documents ( -- what an application demands at least
    realm_id       TEXT    NOT NULL,
    application_id TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    document_id    TEXT    NOT NULL,
    global         BOOLEAN NOT NULL,
    number         BIGINT  NOT NULL,
    PRIMARY KEY (realm_id, application_id, kind)
);
