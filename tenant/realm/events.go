package realm

import "authserver/internal/event"

// Created is recorded when a realm begins to exist.
type Created struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// EventType names the event.
func (Created) EventType() string { return "realm.created" }

// Updated is recorded when an administrator changes a realm. Fields names what
// changed, Changes tells from what to what.
type Updated struct {
	Fields  []string       `json:"fields"`
	Changes []event.Change `json:"changes,omitempty"`
}

// EventType names the event.
func (Updated) EventType() string { return "realm.updated" }

// Suspended is recorded when a realm is blocked.
type Suspended struct {
	Reason string `json:"reason"`
}

// EventType names the event.
func (Suspended) EventType() string { return "realm.suspended" }

// Activated is recorded when a blocked realm is opened again.
type Activated struct{}

// EventType names the event.
func (Activated) EventType() string { return "realm.activated" }

// Deleted is recorded when a realm is removed for good.
type Deleted struct {
	Slug string `json:"slug"`
}

// EventType names the event.
func (Deleted) EventType() string { return "realm.deleted" }
