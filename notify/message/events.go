package message

import (
	"context"

	"authserver/internal/event"
)

// AddressSuppressed says that an address no longer gets everything. The address itself
// is personal data of somebody who may be unknown here, so it stays out of the events.
type AddressSuppressed struct {
	Reason string `json:"reason"`
}

// EventType implements event.Payload.
func (AddressSuppressed) EventType() string { return "letter.address_suppressed" }

// AddressReleased says that an address gets again what it did not.
type AddressReleased struct {
	Reason string `json:"reason"`
}

// EventType implements event.Payload.
func (AddressReleased) EventType() string { return "letter.address_released" }

// TemplateSet says that a realm has words of its own for a kind of letter.
type TemplateSet struct {
	Kind     string `json:"kind"`
	Language string `json:"language"`
}

// EventType implements event.Payload.
func (TemplateSet) EventType() string { return "letter.template_set" }

// TemplateDeleted says that a realm uses the house's words again.
type TemplateDeleted struct {
	Kind     string `json:"kind"`
	Language string `json:"language"`
}

// EventType implements event.Payload.
func (TemplateDeleted) EventType() string { return "letter.template_deleted" }

// record records what happened in a realm; a worker acts as the system.
func (s *Service) record(ctx context.Context, realmID string, p event.Payload) error {
	if _, ok := event.ActorFrom(ctx); !ok {
		ctx = event.WithActor(ctx, event.Actor{Kind: event.System})
	}
	return s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "realm", ID: realmID}, p)
}
