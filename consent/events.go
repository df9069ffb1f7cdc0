package consent

// Granted is recorded each time a person agrees, also to what they agreed to
// before.
type Granted struct {
	ApplicationID string   `json:"application_id"`
	Scopes        []string `json:"scopes"`
}

// EventType names the event.
func (Granted) EventType() string { return "consent.granted" }

// Revoked is recorded when what was granted to an application is taken back.
type Revoked struct {
	ApplicationID string   `json:"application_id"`
	Scopes        []string `json:"scopes"`
}

// EventType names the event.
func (Revoked) EventType() string { return "consent.revoked" }
