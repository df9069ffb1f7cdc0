package security

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"authserver/identity/login"
	"authserver/identity/mfa"
	"authserver/identity/passkey"
	"authserver/identity/user"
	"authserver/internal/event"
)

// Severity says how much an event matters.
type Severity string

// The severities.
const (
	Info     Severity = "info"
	Warning  Severity = "warning"
	Critical Severity = "critical"
)

// Severities are what administrators are told of, and how much each matters.
func Severities() map[string]Severity {
	return map[string]Severity{
		DeviceNew{}.EventType():              Info,
		DeviceConfirmed{}.EventType():        Info,
		DeviceRevoked{}.EventType():          Info,
		DeviceSuspected{}.EventType():        Warning,
		SignInSuspicious{}.EventType():       Warning,
		SignInBlocked{}.EventType():          Warning,
		SignInDenied{}.EventType():           Critical,
		Spraying{}.EventType():               Critical,
		Stuffing{}.EventType():               Critical,
		login.Locked{}.EventType():           Warning,
		mfa.Locked{}.EventType():             Warning,
		mfa.RecoveryCodeUsed{}.EventType():   Info,
		mfa.Reset{}.EventType():              Warning,
		passkey.CloneSuspected{}.EventType(): Critical,
		user.PasswordRevoked{}.EventType():   Warning,
		user.Suspended{}.EventType():         Info,
	}
}

// Event is one thing that administrators should know of.
type Event struct {
	ID, RealmID string
	At          time.Time
	// Type is that of the event which it tells of.
	Type     string
	Severity Severity
	// UserID is whom it is about, or empty.
	UserID        string
	IP, UserAgent string
	Details       Details
}

// Details are what is told of an event's payload.
type Details struct {
	Signals   []Signal `json:"signals,omitempty"`
	Reaction  string   `json:"reaction,omitempty"`
	DeviceID  string   `json:"device_id,omitempty"`
	SessionID string   `json:"session_id,omitempty"`
	Network   string   `json:"network,omitempty"`
	Accounts  int64    `json:"accounts,omitempty"`
	Failures  int64    `json:"failures,omitempty"`
	Reason    string   `json:"reason,omitempty"`
}

// eventOf is what is told of an event; false when it is not.
func eventOf(e event.Event) (Event, bool) {
	severity, ok := Severities()[e.Type]
	if !ok || e.RealmID == "" {
		return Event{}, false
	}
	n := Event{ID: e.ID, RealmID: e.RealmID, At: e.At, Type: e.Type, Severity: severity, IP: e.Actor.IP, UserAgent: e.Actor.UserAgent}
	if e.Ref.Kind == "user" {
		n.UserID = e.Ref.ID
	}
	// A payload of another shape has nothing that is told.
	_ = json.Unmarshal(e.Payload, &n.Details)
	return n, true
}

// Filter selects events. The zero value means all of the realm.
type Filter struct {
	Type     string
	Severity Severity
	UserID   string
	From, To time.Time // not before, and before
	After    string    // id of the last one seen
	Limit    int
}

// Events returns events of the realm, the newest first.
func (s *Service) Events(ctx context.Context, realmID string, f Filter) ([]Event, error) {
	all, err := s.findEvents(ctx, realmID, f)
	if err != nil {
		return nil, fmt.Errorf("list security events of realm %s: %w", realmID, err)
	}
	return all, nil
}
