package mfa

import (
	"context"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Factor is a kind of second factor that another room keeps. identity/passkey and
// identity/totp fulfil it.
type Factor interface {
	// Enrolled reports whether the user has one.
	Enrolled(ctx context.Context, realmID, userID string) (bool, error)
	// RemoveAll takes all of the user's away, in the transaction of the context,
	// and reports whether there was one.
	RemoveAll(ctx context.Context, realmID, userID string) (bool, error)
}

// Authenticator is an application that shows codes. identity/totp fulfils it. Binding is
// the session or flow in which a secret was begun.
type Authenticator interface {
	Factor
	Begin(ctx context.Context, realmID, userID, binding, issuer, account string) error
	Pending(ctx context.Context, realmID, userID, binding string) (address string, err error)
	Cancel(ctx context.Context, realmID, userID, binding string) error
	Confirm(ctx context.Context, realmID, userID, binding, code string) error
	Verify(ctx context.Context, realmID, userID, code string) error
}

// Attempts counts guesses by account. identity/login fulfils it, beside its own
// counters; see there.
type Attempts interface {
	AdmitSecond(ctx context.Context, in *realm.Realm, userID string) (attempt string, open bool, closed time.Duration, err error)
	ForgiveSecond(ctx context.Context, realmID, userID, attempt string) error
	OpenSecond(ctx context.Context, realmID, userID string) error
}

// Letters queues what the house writes to people, in the transaction of the context.
// notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Applications knows how the application looks that a page is shown for.
// tenant/application fulfils it.
type Applications interface {
	FaceOf(ctx context.Context, realmID, applicationID, redirectURI string) (templates.App, error)
}

// Realms finds a realm's policy. tenant/realm fulfils it.
type Realms interface {
	ByID(ctx context.Context, realmID string) (*realm.Realm, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Ring         *secret.Ring
	Realms       Realms
	Applications Applications
	Users        *user.Service
	Sessions     *session.Service
	Flows        *flow.Service
	Challenges   *challenge.Service
	TOTP         Authenticator
	Passkeys     Factor
	Attempts     Attempts
	Letters      Letters
	// Issuer is the absolute address of a realm, for links in letters.
	Issuer func(slug string) string
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db           *database.DB
	events       *event.Log
	ring         *secret.Ring
	realms       Realms
	applications Applications
	users        *user.Service
	sessions     *session.Service
	flows        *flow.Service
	challenges   *challenge.Service
	totp         Authenticator
	passkeys     Factor
	attempts     Attempts
	letters      Letters
	issuer       func(slug string) string
	now          func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Realms == nil || d.Applications == nil || d.Issuer == nil || d.Now == nil {
		panic("mfa: DB, Events, Ring, Realms, Applications, Issuer and Now are required")
	}
	if d.Users == nil || d.Sessions == nil || d.Flows == nil || d.Challenges == nil {
		panic("mfa: Users, Sessions, Flows and Challenges are required")
	}
	if d.TOTP == nil || d.Passkeys == nil || d.Attempts == nil || d.Letters == nil {
		panic("mfa: TOTP, Passkeys, Attempts and Letters are required")
	}
	return &Service{
		db: d.DB, events: d.Events, ring: d.Ring, realms: d.Realms, applications: d.Applications, users: d.Users,
		sessions: d.Sessions, flows: d.Flows, challenges: d.Challenges, totp: d.TOTP, passkeys: d.Passkeys,
		attempts: d.Attempts, letters: d.Letters, issuer: d.Issuer, now: d.Now,
	}
}
