-- room: identity/federation
-- +goose Up
CREATE TABLE federation_providers (
    id            TEXT    NOT NULL PRIMARY KEY,
    realm_id      TEXT    NOT NULL REFERENCES realms (id),
    slug          TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    name          TEXT    NOT NULL,
    issuer        TEXT    NOT NULL, -- or where the endpoints of an OAuth 2 provider begin
    client_id     TEXT    NOT NULL,
    client_secret TEXT    NOT NULL DEFAULT '', -- sealed; Apple: the private key
    apple         TEXT    NOT NULL DEFAULT '{}', -- JSON: team and key
    scopes        TEXT    NOT NULL, -- JSON
    claims        TEXT    NOT NULL, -- JSON: which upstream claim stands for what
    trust_email   BOOLEAN NOT NULL,
    registration  BOOLEAN NOT NULL,
    sync_profile  BOOLEAN NOT NULL,
    enabled       BOOLEAN NOT NULL,
    position      BIGINT  NOT NULL,
    version       BIGINT  NOT NULL,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX federation_providers_slug ON federation_providers (realm_id, slug);

-- room: identity/federation
CREATE TABLE federation_identities (
    id           TEXT   NOT NULL PRIMARY KEY,
    realm_id     TEXT   NOT NULL REFERENCES realms (id),
    provider_id  TEXT   NOT NULL REFERENCES federation_providers (id) ON DELETE CASCADE,
    issuer       TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    label        TEXT   NOT NULL, -- what the person knows it by; decides nothing
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX federation_identities_key ON federation_identities (realm_id, provider_id, issuer, subject);
CREATE UNIQUE INDEX federation_identities_user ON federation_identities (realm_id, user_id, provider_id);

-- room: identity/federation
CREATE TABLE federation_states ( -- people who are with a provider just now
    digest      BYTEA  NOT NULL PRIMARY KEY, -- SHA-256 of the state parameter
    realm_id    TEXT   NOT NULL REFERENCES realms (id),
    provider_id TEXT   NOT NULL REFERENCES federation_providers (id) ON DELETE CASCADE,
    purpose     TEXT   NOT NULL,
    flow_id     TEXT   NOT NULL, -- of a sign-in
    session_id  TEXT   NOT NULL, -- of somebody who links
    user_id     TEXT   NOT NULL,
    browser     BYTEA  NOT NULL, -- SHA-256 of the browser's cookie
    secrets     TEXT   NOT NULL, -- sealed: nonce and PKCE verifier
    again       BOOLEAN NOT NULL, -- a new authentication was asked for
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    spent_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX federation_states_expiry ON federation_states (expires_at);

-- room: identity/federation
CREATE TABLE federation_pending ( -- identities that wait for their person to prove the account
    realm_id    TEXT   NOT NULL REFERENCES realms (id),
    flow_id     TEXT   NOT NULL,
    provider_id TEXT   NOT NULL REFERENCES federation_providers (id) ON DELETE CASCADE,
    issuer      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    label       TEXT   NOT NULL,
    user_id     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (realm_id, flow_id)
);
CREATE INDEX federation_pending_expiry ON federation_pending (expires_at);

-- room: identity/federation
CREATE TABLE federation_sessions ( -- sessions that an identity began
    realm_id    TEXT   NOT NULL REFERENCES realms (id),
    identity_id TEXT   NOT NULL REFERENCES federation_identities (id) ON DELETE CASCADE,
    session_id  TEXT   NOT NULL,
    begun_at    BIGINT NOT NULL,
    PRIMARY KEY (realm_id, identity_id, session_id)
);
CREATE INDEX federation_sessions_age ON federation_sessions (begun_at);
