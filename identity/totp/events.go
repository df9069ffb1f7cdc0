package totp

// Enabled is recorded when a code has confirmed a secret.
type Enabled struct {
	// Replaced says that it took another one's place.
	Replaced bool `json:"replaced"`
}

// EventType names the event.
func (Enabled) EventType() string { return "user.totp_enabled" }

// Removed is recorded when the user has an authenticator no more.
type Removed struct{}

// EventType names the event.
func (Removed) EventType() string { return "user.totp_removed" }
