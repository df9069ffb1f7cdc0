package recovery

// Requested is recorded when somebody asks for a new password for an address. It is
// about an identifier, a keyed digest of the address, whether that is anybody's or not.
type Requested struct {
	// Sealed holds what Handle needs: the address, and where it was asked.
	Sealed        string `json:"sealed"`
	ApplicationID string `json:"application_id,omitempty"`
}

// EventType names the event.
func (Requested) EventType() string { return "recovery.requested" }

// Sent is recorded when a letter goes to a person because of it.
type Sent struct{}

// EventType names the event.
func (Sent) EventType() string { return "recovery.sent" }

// Completed is recorded when a person has set a new password that way.
type Completed struct {
	Method string `json:"method"` // MethodLink or MethodCode
}

// EventType names the event.
func (Completed) EventType() string { return "recovery.completed" }

// How a person showed that they have read the letter.
const (
	MethodLink = "link"
	MethodCode = "code"
)
