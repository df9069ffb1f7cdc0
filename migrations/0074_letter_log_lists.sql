-- room: notify/message
-- +goose Up
-- What administrators look through, the newest first.
CREATE INDEX email_log_realm ON email_log (realm_id, created_at, id);
CREATE INDEX email_log_status ON email_log (realm_id, status, created_at, id);
CREATE INDEX email_log_kind ON email_log (realm_id, kind, created_at, id);
CREATE INDEX sms_log_realm ON sms_log (realm_id, created_at, id);
CREATE INDEX sms_log_status ON sms_log (realm_id, status, created_at, id);
CREATE INDEX sms_log_kind ON sms_log (realm_id, kind, created_at, id);
CREATE INDEX letters_realm ON letters (realm_id);
