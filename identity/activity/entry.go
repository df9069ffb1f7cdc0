package activity

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"authserver/internal/event"
)

// Kept is how long entries are kept.
const Kept = 180 * 24 * time.Hour

// Entry is one thing that happened.
type Entry struct {
	ID, RealmID, UserID string
	At                  time.Time
	// Type is the event's.
	Type          string
	IP, UserAgent string
	// Admin says that somebody did it who administers the realm.
	Admin bool
	Details
}

// Details are what may be shown of an event's payload.
type Details struct {
	ApplicationID string `json:"application_id,omitempty"`
	Provider      string `json:"provider,omitempty"`
	Method        string `json:"method,omitempty"`
	Purpose       string `json:"purpose,omitempty"`
	Reason        string `json:"reason,omitempty"`
}

// untold are the events about a person that are not told: each goes with another one
// that is, or is not the person's doing.
func untold() []string {
	return []string{
		"session.created", "session.elevated", // the way of signing in is told
		"mfa.challenged", "registration.completed", "federation.registered", "user.reclaimed",
		"oauth.authorized", "oauth.tokens_issued", "oauth.token_revoked", "oauth.grant_revoked", // every minute of use
		"bulk.requested", "bulk.finished", "bulk.cancelled",
		"flow.ended",   // a sign-in without a person
		"user.deleted", // nobody is left to be told
	}
}

// entryOf is what is told of an event; false when it concerns no person, or is not told.
func entryOf(e event.Event) (Entry, bool) {
	var payload struct {
		Details
		UserID string `json:"user_id"`
	}
	if e.RealmID == "" || slices.Contains(untold(), e.Type) || strings.HasPrefix(e.Type, "letter.") {
		return Entry{}, false
	}
	// A payload of another shape has nothing that is shown.
	_ = json.Unmarshal(e.Payload, &payload)
	n := Entry{ID: e.ID, RealmID: e.RealmID, At: e.At, Type: e.Type, IP: e.Actor.IP, UserAgent: e.Actor.UserAgent, Details: payload.Details}
	switch e.Ref.Kind {
	case "user":
		n.UserID = e.Ref.ID
	case "session":
		n.UserID = payload.UserID
	}
	if n.UserID == "" {
		return Entry{}, false
	}
	switch e.Actor.Kind {
	case event.Operator, event.APIKey, event.Application:
		n.Admin = true
	case event.User:
		n.Admin = e.Actor.ID != n.UserID
	}
	if n.Admin {
		n.IP, n.UserAgent = "", ""
	}
	if n.ApplicationID == "" && !n.Admin {
		n.ApplicationID = e.Actor.ApplicationID
	}
	return n, true
}

// Code names the sentence for the entry in the catalogue of the pages.
func (n Entry) Code() string {
	switch {
	case n.Type == "session.ended" && n.Reason == "signed_out":
		return "signed_out"
	case n.Type == "passkey.used" && n.Purpose == "second_factor":
		return "passkey_confirmed"
	}
	return strings.ReplaceAll(n.Type, ".", "_")
}

// Attention marks what the person should look at: somebody who failed to be them, and
// what weakens the account.
func (n Entry) Attention() bool {
	switch n.Type {
	case "login.failed", "login.locked", "mfa.failed", "mfa.locked", "mfa.recovery_code_used", "mfa.reset", "passkey.refused", "passkey.clone_suspected",
		"recovery.sent", "user.erasure_scheduled", "security.device_new", "security.sign_in_suspicious", "security.sign_in_blocked":
		return true
	}
	return false
}
