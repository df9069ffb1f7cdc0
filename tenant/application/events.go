package application

import "authserver/internal/event"

// Created is recorded when an application is registered.
type Created struct {
	ClientID   string `json:"client_id"`
	Name       string `json:"name"`
	Type       Type   `json:"type"`
	FirstParty bool   `json:"first_party"`
}

// EventType names the event.
func (Created) EventType() string { return "application.created" }

// Updated is recorded when an administrator changes an application. Fields names
// what changed, Changes tells from what to what.
type Updated struct {
	Fields  []string       `json:"fields"`
	Changes []event.Change `json:"changes,omitempty"`
}

// EventType names the event.
func (Updated) EventType() string { return "application.updated" }

// Enabled is recorded when a disabled application is enabled again.
type Enabled struct{}

// EventType names the event.
func (Enabled) EventType() string { return "application.enabled" }

// Disabled is recorded when an application is disabled.
type Disabled struct{}

// EventType names the event.
func (Disabled) EventType() string { return "application.disabled" }

// Deleted is recorded when an application is removed for good.
type Deleted struct {
	ClientID string `json:"client_id"`
	Name     string `json:"name"`
}

// EventType names the event.
func (Deleted) EventType() string { return "application.deleted" }

// SecretAdded is recorded for each client secret that is made.
type SecretAdded struct {
	SecretID string `json:"secret_id"`
}

// EventType names the event.
func (SecretAdded) EventType() string { return "application.secret_added" }

// SecretRevoked is recorded when a client secret is revoked before its time.
type SecretRevoked struct {
	SecretID string `json:"secret_id"`
}

// EventType names the event.
func (SecretRevoked) EventType() string { return "application.secret_revoked" }

// KeyCreated is recorded for each API key that is made.
type KeyCreated struct {
	Name          string   `json:"name"`
	ApplicationID string   `json:"application_id,omitempty"`
	Scopes        []string `json:"scopes"`
}

// EventType names the event.
func (KeyCreated) EventType() string { return "api_key.created" }

// KeyRevoked is recorded when an API key is revoked.
type KeyRevoked struct{}

// EventType names the event.
func (KeyRevoked) EventType() string { return "api_key.revoked" }

// KeyUpdated is recorded when an API key may do something else, or from elsewhere.
type KeyUpdated struct {
	Scopes  []string       `json:"scopes"`
	Changes []event.Change `json:"changes,omitempty"`
}

// EventType names the event.
func (KeyUpdated) EventType() string { return "api_key.updated" }

// KeyRotated is recorded when an API key has a successor.
type KeyRotated struct {
	SuccessorID string `json:"successor_id"`
}

// EventType names the event.
func (KeyRotated) EventType() string { return "api_key.rotated" }
