package recovery

import (
	"context"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Faults of the room.
var (
	// ErrCode says that a code opens nothing, and not why.
	ErrCode = fault.New(fault.Invalid, "recovery_code", "That code is not right, or no longer works.").At("code")
	// ErrDead says that there is nothing to redeem.
	ErrDead = fault.New(fault.Expired, "recovery_dead", "This link no longer works. Ask for a new one.")
)

// lifetime is how long a secret opens the account (security rule MAIL-04: at most an
// hour).
const lifetime = 30 * time.Minute

// Letters writes to people. notify/message fulfils it, in the transaction of the context.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Logins counts guesses and opens what they have closed. identity/login fulfils it.
type Logins interface {
	// AdmitRecovery counts a guess at a code for the address, in its folded form, and
	// reports whether it may be compared. It commits on its own.
	AdmitRecovery(ctx context.Context, in *realm.Realm, address string) (attempt string, open bool, err error)
	// ForgiveRecovery takes a counted guess back.
	ForgiveRecovery(ctx context.Context, realmID, address, attempt string) error
	// Unlock forgets wrong passwords, in the transaction of the context.
	Unlock(ctx context.Context, u *user.User) error
}

// Providers knows the accounts elsewhere with which people sign in. identity/federation
// fulfils it.
type Providers interface {
	// Forget takes them all away from a person, in the transaction of the context.
	Forget(ctx context.Context, realmID, userID string) error
}

// Realms finds the realm of an event. tenant/realm fulfils it.
type Realms interface {
	ByID(ctx context.Context, realmID string) (*realm.Realm, error)
}

// Applications finds the application that a page is shown for. tenant/application
// fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Deps is what the room needs. Providers may be nil: then nobody signs in elsewhere.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Ring         *secret.Ring
	Realms       Realms
	Applications Applications
	Users        *user.Service
	Challenges   *challenge.Service
	Flows        *flow.Service
	Logins       Logins
	Letters      Letters
	Providers    Providers
	// Issuer is where a realm stands, for the links of letters.
	Issuer func(slug string) string
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db           *database.DB
	events       *event.Log
	ring         *secret.Ring
	addressKey   []byte
	realms       Realms
	applications Applications
	users        *user.Service
	challenges   *challenge.Service
	flows        *flow.Service
	logins       Logins
	letters      Letters
	providers    Providers
	issuer       func(slug string) string
	now          func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Realms == nil || d.Issuer == nil || d.Now == nil {
		panic("recovery: DB, Events, Ring, Realms, Issuer and Now are required")
	}
	if d.Applications == nil || d.Users == nil || d.Challenges == nil || d.Flows == nil || d.Logins == nil || d.Letters == nil {
		panic("recovery: Applications, Users, Challenges, Flows, Logins and Letters are required")
	}
	return &Service{
		db: d.DB, events: d.Events, ring: d.Ring, addressKey: d.Ring.Derive("identity/recovery address")[0],
		realms: d.Realms, applications: d.Applications, users: d.Users, challenges: d.Challenges,
		flows: d.Flows, logins: d.Logins, letters: d.Letters, providers: d.Providers, issuer: d.Issuer, now: d.Now,
	}
}
