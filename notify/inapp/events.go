package inapp

import (
	"context"

	"authserver/internal/event"
)

// Sent is recorded when an administrator sends a notification. It tells no words.
type Sent struct {
	Kind     string `json:"kind"`
	Audience string `json:"audience"` // user, role
}

// EventType names the event.
func (Sent) EventType() string { return "notification.sent" }

// PreferencesChanged is recorded when a person decides how they are told.
type PreferencesChanged struct {
	Topics []string `json:"topics"`
}

// EventType names the event.
func (PreferencesChanged) EventType() string { return "notification.preferences_changed" }

// TemplateSet is recorded when a realm has words of its own.
type TemplateSet struct {
	Slug     string `json:"slug"`
	Language string `json:"language"`
}

// EventType names the event.
func (TemplateSet) EventType() string { return "notification.template_set" }

// TemplateDeleted is recorded when it has them no more.
type TemplateDeleted struct {
	Slug     string `json:"slug"`
	Language string `json:"language"`
}

// EventType names the event.
func (TemplateDeleted) EventType() string { return "notification.template_deleted" }

func (s *Service) record(ctx context.Context, realmID, kind, id string, p event.Payload) error {
	return s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: kind, ID: id}, p)
}
