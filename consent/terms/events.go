package terms

import "time"

// Created is recorded when a version is written down.
type Created struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
}

// EventType names the event.
func (Created) EventType() string { return "document.created" }

// Updated is recorded when a draft changes.
type Updated struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
}

// EventType names the event.
func (Updated) EventType() string { return "document.updated" }

// Deleted is recorded when a draft is thrown away.
type Deleted struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
}

// EventType names the event.
func (Deleted) EventType() string { return "document.deleted" }

// Activated is recorded when somebody puts a version in force, or plans to.
type Activated struct {
	Kind     string    `json:"kind"`
	Version  string    `json:"version"`
	StartsAt time.Time `json:"starts_at"`
}

// EventType names the event.
func (Activated) EventType() string { return "document.activated" }

// Withdrawn is recorded when a version is no longer in force, or no longer planned,
// without another in its place.
type Withdrawn struct {
	Kind    string `json:"kind"`
	Version string `json:"version"`
}

// EventType names the event.
func (Withdrawn) EventType() string { return "document.withdrawn" }

// Accepted is recorded when a person agrees to a version.
type Accepted struct {
	DocumentID    string `json:"document_id"`
	Kind          string `json:"kind"`
	Version       string `json:"version"`
	Language      string `json:"language"`
	ApplicationID string `json:"application_id,omitempty"`
	Channel       string `json:"channel"`
}

// EventType names the event.
func (Accepted) EventType() string { return "document.accepted" }

// Pinned is recorded when an application demands other documents.
type Pinned struct {
	Documents []string `json:"documents"` // ids
}

// EventType names the event.
func (Pinned) EventType() string { return "application.documents_updated" }
