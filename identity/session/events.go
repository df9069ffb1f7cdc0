package session

// Created is recorded when a person signs in with a browser that has no session of
// theirs.
type Created struct {
	UserID string   `json:"user_id"`
	AMR    []string `json:"amr"`
	ACR    string   `json:"acr"`
}

// EventType names the event.
func (Created) EventType() string { return "session.created" }

// Elevated is recorded when a session gains a second factor.
type Elevated struct {
	UserID string   `json:"user_id"`
	AMR    []string `json:"amr"`
	ACR    string   `json:"acr"`
}

// EventType names the event.
func (Elevated) EventType() string { return "session.elevated" }

// Ended is recorded when a session is ended before its time. One that expires only
// falls silent.
type Ended struct {
	UserID string `json:"user_id"`
	Reason string `json:"reason"`
}

// EventType names the event.
func (Ended) EventType() string { return "session.ended" }
