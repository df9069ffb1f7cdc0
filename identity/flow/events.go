package flow

// Ended says that an administrator ended a sign-in in progress.
type Ended struct {
	ApplicationID string `json:"application_id,omitempty"`
	SessionID     string `json:"session_id,omitempty"`
}

// EventType implements event.Payload.
func (Ended) EventType() string { return "flow.ended" }
