package webhook

// Created is recorded when somebody wants to be told of events. It does not tell the
// address, which may hold a secret.
type Created struct {
	ApplicationID string   `json:"application_id,omitempty"`
	Events        []string `json:"events"`
}

// EventType implements event.Payload.
func (Created) EventType() string { return "webhook.created" }

// Updated is recorded when a registration changes. Fields names what changed, without
// values.
type Updated struct {
	ApplicationID string   `json:"application_id,omitempty"`
	Fields        []string `json:"fields"`
}

// EventType implements event.Payload.
func (Updated) EventType() string { return "webhook.updated" }

// Enabled is recorded when a registration is told of events again.
type Enabled struct {
	ApplicationID string `json:"application_id,omitempty"`
}

// EventType implements event.Payload.
func (Enabled) EventType() string { return "webhook.enabled" }

// Disabled is recorded when a registration is told of nothing any more: by somebody, or
// because its receiver fails or is gone.
type Disabled struct {
	ApplicationID string `json:"application_id,omitempty"`
	Reason        string `json:"reason"` // one of the Reason constants
}

// EventType implements event.Payload.
func (Disabled) EventType() string { return "webhook.disabled" }

// SecretRotated is recorded when a registration has another secret.
type SecretRotated struct {
	ApplicationID string `json:"application_id,omitempty"`
}

// EventType implements event.Payload.
func (SecretRotated) EventType() string { return "webhook.secret_rotated" }

// Deleted is recorded when a registration is gone.
type Deleted struct {
	ApplicationID string `json:"application_id,omitempty"`
}

// EventType implements event.Payload.
func (Deleted) EventType() string { return "webhook.deleted" }
