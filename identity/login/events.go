package login

// Succeeded is recorded with the session that it begins.
type Succeeded struct {
	SessionID     string   `json:"session_id"`
	ApplicationID string   `json:"application_id"`
	Methods       []string `json:"methods"`
	// KnownDevice says that the person has signed in with this browser before.
	KnownDevice bool `json:"known_device"`
}

// EventType names the event.
func (Succeeded) EventType() string { return "login.succeeded" }

// Failed is recorded for every attempt that did not succeed. It never holds what was
// typed: Identifier is a keyed digest, the same for all spellings of one address.
type Failed struct {
	Identifier    string `json:"identifier"`
	ApplicationID string `json:"application_id"`
	Reason        string `json:"reason"` // one of the Reason constants
}

// EventType names the event.
func (Failed) EventType() string { return "login.failed" }

// Why an attempt failed; the person is told none of it.
const (
	ReasonUnknown   = "unknown_user"
	ReasonPassword  = "wrong_password"
	ReasonLocked    = "locked"
	ReasonSuspended = "suspended"
	ReasonChanged   = "changed_meanwhile" // suspended, or another password, during the hash
	ReasonRefused   = "refused"           // the password was right, and the sign-in too unusual for the realm
)

// Locked is recorded when a failure closes an account, or an address that is nobody's.
type Locked struct {
	Identifier string `json:"identifier"`
	Failures   int64  `json:"failures"`
	Seconds    int64  `json:"seconds"` // 0: until it is unlocked
	// Device says that only the allowance of a known device is used up.
	Device bool `json:"device"`
}

// EventType names the event.
func (Locked) EventType() string { return "login.locked" }
