-- room: identity/user
-- +goose Up
ALTER TABLE users ADD COLUMN searched BIGINT NOT NULL DEFAULT 0; -- the version that user_terms tells of; a row of a later one waits
CREATE INDEX users_unsearched ON users (realm_id, id) WHERE searched < version;

CREATE TABLE user_terms ( -- what people are found by, folded in Go; bytes, which every database has in the same order
    realm_id TEXT  NOT NULL,
    term     BYTEA NOT NULL,
    user_id  TEXT  NOT NULL,
    PRIMARY KEY (realm_id, term, user_id)
);
CREATE INDEX user_terms_user ON user_terms (realm_id, user_id, term);
