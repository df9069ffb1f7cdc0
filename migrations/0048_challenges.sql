-- room: identity/challenge
-- +goose Up
CREATE TABLE challenges (
    id         TEXT   NOT NULL PRIMARY KEY,
    realm_id   TEXT   NOT NULL REFERENCES realms (id),
    purpose    TEXT   NOT NULL,
    user_id    TEXT   NOT NULL, -- empty: nobody yet, or nobody at all
    address    TEXT   NOT NULL, -- where it was sent; what it proves
    binding    TEXT   NOT NULL, -- the flow or session that asked for it, or empty
    code       BYTEA  NOT NULL, -- MAC, bound to the row; empty: there is no code
    token      BYTEA,           -- SHA-256; null: there is no link
    payload    TEXT   NOT NULL DEFAULT '', -- sealed, or empty
    tries      BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at   BIGINT NOT NULL DEFAULT 0 -- also when a newer one took its place
);
CREATE UNIQUE INDEX challenges_token ON challenges (token);
CREATE INDEX challenges_owner ON challenges (realm_id, purpose, user_id, binding);

CREATE INDEX challenges_expiry ON challenges (expires_at);

-- room: identity/challenge
CREATE TABLE challenge_addresses ( -- how often an address was written to
    realm_id TEXT   NOT NULL REFERENCES realms (id),
    address  TEXT   NOT NULL,
    last_at  BIGINT NOT NULL,
    hour_at  BIGINT NOT NULL, -- when the count began
    count    BIGINT NOT NULL,
    PRIMARY KEY (realm_id, address)
);
CREATE INDEX challenge_addresses_age ON challenge_addresses (last_at);
