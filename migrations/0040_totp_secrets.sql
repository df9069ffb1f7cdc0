-- room: identity/totp
-- +goose Up
CREATE TABLE totp_secrets (
    realm_id   TEXT   NOT NULL,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    state      TEXT   NOT NULL, -- pending, active
    id         TEXT   NOT NULL, -- another one for each secret
    secret     TEXT   NOT NULL, -- the otpauth address, sealed
    binding    TEXT   NOT NULL, -- the session or flow that began it; empty once active
    last_step  BIGINT NOT NULL, -- the newest time step whose code was accepted
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- of a pending one
    used_at    BIGINT NOT NULL,
    PRIMARY KEY (realm_id, user_id, state)
);
CREATE INDEX totp_secrets_user ON totp_secrets (user_id);
