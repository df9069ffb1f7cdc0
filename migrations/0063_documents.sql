-- room: consent/terms
-- +goose Up
CREATE TABLE documents (
    id          TEXT    NOT NULL PRIMARY KEY,
    realm_id    TEXT    NOT NULL, -- '' for all realms
    kind        TEXT    NOT NULL,
    version     TEXT    NOT NULL,
    number      BIGINT  NOT NULL, -- order of the versions of a kind
    required    BOOLEAN NOT NULL,
    language    TEXT    NOT NULL, -- of whoever speaks none of the others
    texts       TEXT    NOT NULL, -- JSON list
    row_version BIGINT  NOT NULL,
    created_at  BIGINT  NOT NULL
);
CREATE UNIQUE INDEX documents_version ON documents (realm_id, kind, version);
CREATE UNIQUE INDEX documents_number ON documents (realm_id, kind, number);
CREATE INDEX documents_realm ON documents (realm_id, id);

CREATE TABLE document_activations ( -- from when which version is in force; the past stays
    id          TEXT   NOT NULL PRIMARY KEY,
    realm_id    TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    document_id TEXT   NOT NULL, -- '' for none from then on
    starts_at   BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX document_activations_start ON document_activations (realm_id, kind, starts_at);
CREATE INDEX document_activations_document ON document_activations (document_id);
