-- room: watch/audit
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit: %', TG_ARGV[0];
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_given_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.realm_id = OLD.realm_id AND OLD.seq < h.kept_seq) THEN
        RAISE EXCEPTION 'audit: an entry is removed with its whole segment only';
    END IF;
    RETURN OLD;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.realm_id <> OLD.realm_id OR NEW.seq < OLD.seq OR NEW.segment < OLD.segment OR NEW.first_seq < OLD.first_seq OR NEW.first_seq > NEW.seq + 1 OR NEW.kept_seq < OLD.kept_seq
        OR NEW.kept_seq > OLD.kept_seq AND NEW.kept_seq <> NEW.first_seq
        AND NOT EXISTS (SELECT 1 FROM audit_segments s WHERE s.realm_id = NEW.realm_id AND s.first_seq = NEW.kept_seq) THEN
        RAISE EXCEPTION 'audit: a chain only grows, and is given up in whole segments';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_change BEFORE UPDATE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_refuse('an entry is never changed');
CREATE TRIGGER audit_entries_remove BEFORE DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_given_up();
CREATE TRIGGER audit_entries_empty BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('an entry is removed with its whole segment only');
CREATE TRIGGER audit_segments_change BEFORE UPDATE ON audit_segments FOR EACH ROW EXECUTE FUNCTION audit_refuse('a checkpoint is never changed');
CREATE TRIGGER audit_segments_remove BEFORE DELETE ON audit_segments FOR EACH ROW EXECUTE FUNCTION audit_refuse('a checkpoint is never removed');
CREATE TRIGGER audit_segments_empty BEFORE TRUNCATE ON audit_segments FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('a checkpoint is never removed');
CREATE TRIGGER audit_heads_change BEFORE UPDATE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_grows();
CREATE TRIGGER audit_heads_remove BEFORE DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_refuse('a chain is never removed');
CREATE TRIGGER audit_heads_empty BEFORE TRUNCATE ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('a chain is never removed');
