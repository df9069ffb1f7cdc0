package rbac

import "authserver/internal/event"

// RoleCreated is recorded when a role exists.
type RoleCreated struct {
	ApplicationID string `json:"application_id,omitempty"`
	Slug          string `json:"slug"`
}

// EventType names the event.
func (RoleCreated) EventType() string { return "role.created" }

// RoleUpdated is recorded when a role is another one than before.
type RoleUpdated struct {
	// Fields are those that changed; Changes tells from what to what.
	Fields  []string       `json:"fields"`
	Changes []event.Change `json:"changes,omitempty"`
}

// EventType names the event.
func (RoleUpdated) EventType() string { return "role.updated" }

// RoleDeleted is recorded when a role is gone.
type RoleDeleted struct {
	Slug string `json:"slug"`
}

// EventType names the event.
func (RoleDeleted) EventType() string { return "role.deleted" }

// PermissionCreated is recorded when an application has a new permission.
type PermissionCreated struct {
	ApplicationID string `json:"application_id"`
	Code          string `json:"code"`
}

// EventType names the event.
func (PermissionCreated) EventType() string { return "permission.created" }

// PermissionUpdated is recorded when a permission is described anew.
type PermissionUpdated struct {
	Changes []event.Change `json:"changes,omitempty"`
}

// EventType names the event.
func (PermissionUpdated) EventType() string { return "permission.updated" }

// PermissionDeleted is recorded when a permission is gone.
type PermissionDeleted struct {
	Code string `json:"code"`
}

// EventType names the event.
func (PermissionDeleted) EventType() string { return "permission.deleted" }

// AssignmentCreated is recorded when somebody has a role.
type AssignmentCreated struct {
	SubjectKind string `json:"subject_kind"`
	SubjectID   string `json:"subject_id"`
	RoleID      string `json:"role_id"`
}

// EventType names the event.
func (AssignmentCreated) EventType() string { return "role_assignment.created" }

// AssignmentUpdated is recorded when its time or conditions change.
type AssignmentUpdated struct {
	Changes []event.Change `json:"changes,omitempty"`
}

// EventType names the event.
func (AssignmentUpdated) EventType() string { return "role_assignment.updated" }

// AssignmentDeleted is recorded when somebody has a role no more.
type AssignmentDeleted struct {
	SubjectKind string `json:"subject_kind"`
	SubjectID   string `json:"subject_id"`
	RoleID      string `json:"role_id"`
}

// EventType names the event.
func (AssignmentDeleted) EventType() string { return "role_assignment.deleted" }

// AssignmentInvalidated is recorded when a requirement of the role is met no more.
type AssignmentInvalidated struct {
	Unmet []Requirement `json:"unmet"`
}

// EventType names the event.
func (AssignmentInvalidated) EventType() string { return "role_assignment.invalidated" }

// AssignmentRestored is recorded when all requirements are met again.
type AssignmentRestored struct{}

// EventType names the event.
func (AssignmentRestored) EventType() string { return "role_assignment.restored" }

// GroupCreated is recorded when a group exists.
type GroupCreated struct{}

// EventType names the event.
func (GroupCreated) EventType() string { return "group.created" }

// GroupUpdated is recorded when a group is called otherwise.
type GroupUpdated struct {
	Changes []event.Change `json:"changes,omitempty"`
}

// EventType names the event.
func (GroupUpdated) EventType() string { return "group.updated" }

// GroupDeleted is recorded when a group is gone, with its assignments.
type GroupDeleted struct{}

// EventType names the event.
func (GroupDeleted) EventType() string { return "group.deleted" }

// MemberAdded is recorded when somebody is in a group.
type MemberAdded struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// EventType names the event.
func (MemberAdded) EventType() string { return "group.member_added" }

// MemberRemoved is recorded when somebody is in a group no more.
type MemberRemoved struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// EventType names the event.
func (MemberRemoved) EventType() string { return "group.member_removed" }
