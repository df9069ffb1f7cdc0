package event

// Kind is a type of event, as others are told of it.
type Kind struct {
	// Payload is an empty value of the Go type; its fields are the shape of the payload.
	Payload Payload
	// Room is the folder of the room that records it ("identity/session").
	Room string
	// Description says in a sentence or two when it is recorded.
	Description string
}

// Versioned is a Payload whose shape has changed in a way that readers must know of.
// Another member is no such change; one that is gone, or means something else, is.
type Versioned interface {
	Payload
	EventVersion() int
}

// Type is the name of the type, room.happening.
func (k Kind) Type() string { return k.Payload.EventType() }

// Version is the version of the payload's shape, from 1 on.
func (k Kind) Version() int {
	if v, ok := k.Payload.(Versioned); ok {
		return v.EventVersion()
	}
	return 1
}
