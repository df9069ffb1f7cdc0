-- room: rbac
-- +goose Up
CREATE INDEX role_assignments_of ON role_assignments (realm_id, subject_kind, subject_id, id);
CREATE INDEX role_assignments_unmet ON role_assignments (realm_id, id) WHERE unmet <> '[]';
