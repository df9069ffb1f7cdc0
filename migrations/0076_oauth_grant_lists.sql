-- room: oauth
-- +goose Up
-- What administrators look through, the newest first.
DROP INDEX oauth_grants_application;
CREATE INDEX oauth_grants_application ON oauth_grants (realm_id, application_id, created_at, id);
