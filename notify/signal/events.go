package signal

// StreamCreated is recorded when a receiver wants to be told of security events.
type StreamCreated struct {
	ApplicationID string   `json:"application_id"`
	Method        string   `json:"method"` // push or poll
	Events        []string `json:"events"` // URIs of the types that are delivered
}

// EventType implements event.Payload.
func (StreamCreated) EventType() string { return "signal.stream_created" }

// StreamUpdated is recorded when a stream is delivered otherwise, or of other events.
type StreamUpdated struct {
	ApplicationID string   `json:"application_id"`
	Method        string   `json:"method"`
	Events        []string `json:"events"`
}

// EventType implements event.Payload.
func (StreamUpdated) EventType() string { return "signal.stream_updated" }

// StatusChanged is recorded when a stream is enabled, paused or disabled: by its receiver,
// or because the receiver fails.
type StatusChanged struct {
	ApplicationID string `json:"application_id"`
	Status        string `json:"status"`
	Reason        string `json:"reason,omitempty"`
}

// EventType implements event.Payload.
func (StatusChanged) EventType() string { return "signal.stream_status_changed" }

// StreamDeleted is recorded when a stream is gone, with all that waited for it.
type StreamDeleted struct {
	ApplicationID string `json:"application_id"`
}

// EventType implements event.Payload.
func (StreamDeleted) EventType() string { return "signal.stream_deleted" }
