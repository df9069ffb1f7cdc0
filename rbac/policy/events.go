package policy

// Created is recorded when a policy exists, as a draft.
type Created struct {
	ApplicationID string `json:"application_id,omitempty"`
	Name          string `json:"name"`
}

// EventType names the event.
func (Created) EventType() string { return "policy.created" }

// Updated is recorded when a policy is called otherwise or has another draft.
type Updated struct {
	Fields []string `json:"fields"`
}

// EventType names the event.
func (Updated) EventType() string { return "policy.updated" }

// Activated is recorded when a text comes into force; Before is what counted until then.
type Activated struct {
	Before string `json:"before,omitempty"`
	After  string `json:"after"`
}

// EventType names the event.
func (Activated) EventType() string { return "policy.activated" }

// Deactivated is recorded when a policy counts no more.
type Deactivated struct{}

// EventType names the event.
func (Deactivated) EventType() string { return "policy.deactivated" }

// Deleted is recorded when a policy is gone.
type Deleted struct {
	Name string `json:"name"`
}

// EventType names the event.
func (Deleted) EventType() string { return "policy.deleted" }
