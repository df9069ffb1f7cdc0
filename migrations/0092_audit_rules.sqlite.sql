-- room: watch/audit
-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER audit_entries_change BEFORE UPDATE ON audit_entries BEGIN
    SELECT RAISE(ABORT, 'audit: an entry is never changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_remove BEFORE DELETE ON audit_entries
WHEN NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.realm_id = OLD.realm_id AND OLD.seq < h.kept_seq) BEGIN
    SELECT RAISE(ABORT, 'audit: an entry is removed with its whole segment only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_segments_change BEFORE UPDATE ON audit_segments BEGIN
    SELECT RAISE(ABORT, 'audit: a checkpoint is never changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_segments_remove BEFORE DELETE ON audit_segments BEGIN
    SELECT RAISE(ABORT, 'audit: a checkpoint is never removed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_heads_change BEFORE UPDATE ON audit_heads
WHEN NEW.realm_id <> OLD.realm_id OR NEW.seq < OLD.seq OR NEW.segment < OLD.segment OR NEW.first_seq < OLD.first_seq OR NEW.first_seq > NEW.seq + 1 OR NEW.kept_seq < OLD.kept_seq
    OR NEW.kept_seq > OLD.kept_seq AND NEW.kept_seq <> NEW.first_seq
        AND NOT EXISTS (SELECT 1 FROM audit_segments s WHERE s.realm_id = NEW.realm_id AND s.first_seq = NEW.kept_seq) BEGIN
    SELECT RAISE(ABORT, 'audit: a chain only grows, and is given up in whole segments');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_heads_remove BEFORE DELETE ON audit_heads BEGIN
    SELECT RAISE(ABORT, 'audit: a chain is never removed');
END;
-- +goose StatementEnd
