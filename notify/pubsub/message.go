package pubsub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"authserver/internal/event"
)

// Version is the version of the form below. Another member does not change it; one that
// is gone, or means something else, does.
const Version = 1

// Why a message does not take effect.
var (
	ErrInvalid    = errors.New("pubsub: invalid message")
	ErrValidation = errors.New("pubsub: the payload does not have its type's shape")
	ErrNoHandler  = errors.New("pubsub: nobody handles that type")
)

// Message is what travels on the bus, as JSON.
type Message struct {
	Version int             `json:"version"`
	ID      string          `json:"id"`   // the same when it comes twice
	Type    string          `json:"type"` // area.happening
	RealmID string          `json:"realm_id,omitempty"`
	Subject Subject         `json:"subject"`
	Actor   Actor           `json:"actor"`
	At      time.Time       `json:"at"`
	Payload json.RawMessage `json:"payload"`
}

// Subject is what a message is about.
type Subject struct {
	Kind string `json:"kind,omitempty"`
	ID   string `json:"id,omitempty"`
}

// Actor is who did it, without where from.
type Actor struct {
	Kind          string `json:"kind,omitempty"`
	ID            string `json:"id,omitempty"`
	ApplicationID string `json:"application_id,omitempty"`
	RequestID     string `json:"request_id,omitempty"`
}

// of is the message about an event.
func of(e event.Event) Message {
	return Message{
		Version: Version, ID: e.ID, Type: e.Type, RealmID: e.RealmID, Subject: Subject{e.Ref.Kind, e.Ref.ID},
		Actor: Actor{Kind: e.Actor.Kind, ID: e.Actor.ID, ApplicationID: e.Actor.ApplicationID, RequestID: e.Actor.RequestID},
		At:    e.At, Payload: e.Payload,
	}
}

// bodyMax is the largest message that SNS and SQS take.
const bodyMax = 256 << 10

// Parse reads a message. What SNS wraps around one is taken off. The error is ErrInvalid.
func Parse(body []byte) (Message, error) {
	if len(body) > bodyMax {
		return Message{}, fmt.Errorf("%w: larger than %d bytes", ErrInvalid, bodyMax)
	}
	var wrapped struct{ Type, Message, TopicArn string }
	if err := json.Unmarshal(body, &wrapped); err == nil && wrapped.Type == "Notification" && wrapped.TopicArn != "" {
		body = []byte(wrapped.Message)
	}
	var m Message
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&m); err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	switch {
	case m.Version != Version:
		return m, fmt.Errorf("%w: version %d", ErrInvalid, m.Version)
	case m.ID == "" || len(m.ID) > 100:
		return Message{}, fmt.Errorf("%w: no id, or a long one", ErrInvalid)
	case m.Type == "" || len(m.Type) > 100:
		return m, fmt.Errorf("%w: no type, or a long one", ErrInvalid)
	}
	return m, nil
}
