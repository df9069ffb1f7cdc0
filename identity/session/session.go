package session

import (
	"context"
	"slices"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// ErrEnded says that a session no longer opens anything.
var ErrEnded = fault.New(fault.Unauthenticated, "session_ended", "You are signed out. Please sign in again.")

// ErrNotFound is for sessions that administrators and people name by id.
var ErrNotFound = fault.New(fault.NotFound, "session_not_found", "There is no such session.")

// The authentication contexts (acr), named by the number of factors.
const (
	// ACRPassword is one factor, whichever it was.
	ACRPassword = "1"
	// ACRMultiFactor is two, or a passkey that verified its user.
	ACRMultiFactor = "2"
)

// Authentication methods (amr) of RFC 8176.
const (
	AMRPassword = "pwd"
	AMRCode     = "otp"  // a code from an app, a letter or a list
	AMRSMS      = "sms"  // a code by SMS
	AMRHardware = "hwk"  // a passkey that cannot leave its device
	AMRSoftware = "swk"  // a passkey that is synchronised
	AMRUser     = "user" // the passkey verified its user
	AMRMulti    = "mfa"  // together they are more than one factor
)

// ACROf is the context that the methods reach. Only the methods decide: whoever
// names them says what happened, and cannot claim more.
func ACROf(amr []string) string {
	if slices.Contains(amr, AMRMulti) {
		return ACRMultiFactor
	}
	return ACRPassword
}

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
	// ApplicationID is where the person was going when it began; empty when that
	// was the account.
	ApplicationID string
	// DeviceID is the known device that it is in (watch/security), or empty.
	DeviceID string
	// Held says that the session opens nothing until its person has shown more: with two
	// factors it is not held any more.
	Held bool
}

// MultiFactor reports whether the session rests on more than one factor.
func (s *Session) MultiFactor() bool { return s.ACR == ACRMultiFactor }

// Live reports whether the session still opens anything.
func (s *Session) Live(now time.Time) bool {
	return s.EndedAt.IsZero() && now.Before(s.IdleExpiresAt) && now.Before(s.ExpiresAt)
}

type contextKey struct{}

// Into returns a context in which the session's person acts.
func Into(ctx context.Context, s *Session) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// From returns the session of a request for the person's own things. It panics where
// no surface has put one: asking for it there is a wiring mistake.
func From(ctx context.Context) *Session {
	s, ok := ctx.Value(contextKey{}).(*Session)
	if !ok {
		panic("session: the context has no session")
	}
	return s
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
