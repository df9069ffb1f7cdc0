package account

import (
	"context"
	"sync"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/gate"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/device"
	"authserver/templates"
	"authserver/tenant/application"
)

// Scope is what an access token needs for a person's own things.
const Scope = "account"

// Users finds the person. identity/user fulfils it.
type Users interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

// Applications names them. tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, appID string) (*application.Application, error)
}

// Tokens knows who is behind an access token. oauth fulfils it.
type Tokens interface {
	// Person returns the sign-in behind a token for the realm itself, its scopes and
	// the application that holds it, or a fault of kind Unauthenticated.
	Person(ctx context.Context, token string) (signedIn *session.Session, scopes []string, applicationID string, err error)
	// Uses returns what applications hold because of the user's sign-ins.
	Uses(ctx context.Context, realmID, userID string) ([]session.Use, error)
}

// Activity tells what happened in an account. identity/activity fulfils it.
type Activity interface {
	Recent(ctx context.Context, realmID, userID, language string, most int) ([]templates.AccountEntry, error)
}

// Count says how many of something a user has.
type Count func(ctx context.Context, realmID, userID string) (int, error)

// Safeguards count what an account is protected by. One that is nil is not shown.
type Safeguards struct {
	// Factors are the kinds of second factor that the user can be asked for.
	Passkeys, Providers, Factors, RecoveryCodes, TrustedDevices Count
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Flows        *flow.Service
	Sessions     *session.Service
	Challenges   *challenge.Service
	Gate         *gate.Service
	Users        Users
	Applications Applications
	Tokens       Tokens
	Activity     Activity
	// Unseen counts what a person was told and has not seen; nil knows of nothing.
	Unseen     Count
	Safeguards Safeguards
	// Places names where addresses are; nil knows no towns.
	Places *device.Places
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db         *database.DB
	flows      *flow.Service
	sessions   *session.Service
	challenges *challenge.Service
	gate       *gate.Service
	users      Users
	apps       Applications
	tokens     Tokens
	activity   Activity
	unseen     Count
	safeguards Safeguards
	places     *device.Places
	now        func() time.Time
	zones      sync.Map // name → *time.Location; there are a few hundred
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.Flows == nil || d.Sessions == nil || d.Gate == nil || d.Users == nil || d.Applications == nil || d.Tokens == nil ||
		d.Activity == nil || d.DB == nil || d.Challenges == nil || d.Safeguards.Factors == nil || d.Now == nil {
		panic("account: DB, Flows, Sessions, Challenges, Gate, Users, Applications, Tokens, Activity, Safeguards.Factors and Now are required")
	}
	if d.Places == nil {
		d.Places = &device.Places{}
	}
	return &Service{
		db: d.DB, flows: d.Flows, sessions: d.Sessions, challenges: d.Challenges, gate: d.Gate, users: d.Users, apps: d.Applications,
		tokens: d.Tokens, activity: d.Activity, unseen: d.Unseen, safeguards: d.Safeguards, places: d.Places, now: d.Now,
	}
}

// zone is the time zone of that name, or nil when there is none.
func (s *Service) zone(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	if known, ok := s.zones.Load(name); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	s.zones.Store(name, zone)
	return zone
}
