package session

import (
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// ErrEnded says that a session no longer opens anything.
var ErrEnded = fault.New(fault.Unauthenticated, "session_ended", "You are signed out. Please sign in again.")

// ErrNotFound is for sessions that administrators and people name by id.
var ErrNotFound = fault.New(fault.NotFound, "session_not_found", "There is no such session.")

// ACRPassword is the authentication context of a password alone: one factor.
const ACRPassword = "1"

// Why a session ended, as events tell it.
const (
	SignedOut   = "signed_out"
	AnotherUser = "another_user" // somebody else signed in with this browser
)

// Session is one sign-in.
type Session struct {
	ID, RealmID, UserID string
	AuthenticatedAt     time.Time
	CreatedAt           time.Time
	LastSeenAt          time.Time
	IdleExpiresAt       time.Time
	ExpiresAt           time.Time
	EndedAt             time.Time // zero: not ended
	AMR                 []string  // RFC 8176
	ACR                 string
	IP, UserAgent       string
}

// Live reports whether the session still opens anything.
func (s *Session) Live(now time.Time) bool {
	return s.EndedAt.IsZero() && now.Before(s.IdleExpiresAt) && now.Before(s.ExpiresAt)
}

// Ref names the session in an event.
func (s *Session) Ref() event.Ref { return ref(s.RealmID, s.ID) }

func ref(realmID, sessionID string) event.Ref {
	return event.Ref{RealmID: realmID, Kind: "session", ID: sessionID}
}

// renew starts the session's two clocks.
func (s *Session) renew(p realm.Policy, now time.Time) {
	s.AuthenticatedAt, s.ExpiresAt = now, now.Add(p.SessionAbsolute)
	s.seen(p.SessionIdle, now)
}

// seen moves the idle limit, never past the absolute one.
func (s *Session) seen(idle time.Duration, now time.Time) {
	s.LastSeenAt, s.IdleExpiresAt = now, now.Add(idle)
	if s.IdleExpiresAt.After(s.ExpiresAt) {
		s.IdleExpiresAt = s.ExpiresAt
	}
}
