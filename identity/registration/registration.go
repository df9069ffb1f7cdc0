package registration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// errNoPage is how every address of the room answers where nobody may register.
var errNoPage = fault.New(fault.NotFound, "not_found", "There is nothing at this address.")

// MethodRegistration is the method of a Login proof by a person who has just registered.
const MethodRegistration = "registration"

// lifetime is how long a letter's link opens (security rule MAIL-04). The code in it
// lives as long, but no longer than its flow.
const lifetime = 24 * time.Hour

// Applications finds the application that a flow leads to. tenant/application fulfils
// it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Letters writes to people, in the caller's transaction. notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Users        *user.Service
	Sessions     *session.Service
	Flows        *flow.Service
	Challenges   *challenge.Service
	Applications Applications
	Letters      Letters
	// Issuer is the public address of a realm by its slug; links begin with it.
	Issuer func(slug string) string
}

// Service is what the room can do.
type Service struct {
	db           *database.DB
	events       *event.Log
	users        *user.Service
	sessions     *session.Service
	flows        *flow.Service
	challenges   *challenge.Service
	applications Applications
	letters      Letters
	issuer       func(slug string) string
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Users == nil || d.Sessions == nil || d.Flows == nil || d.Challenges == nil {
		panic("registration: DB, Events, Users, Sessions, Flows and Challenges are required")
	}
	if d.Applications == nil || d.Letters == nil || d.Issuer == nil {
		panic("registration: Applications, Letters and Issuer are required")
	}
	return &Service{
		db: d.DB, events: d.Events, users: d.Users, sessions: d.Sessions, flows: d.Flows, challenges: d.Challenges,
		applications: d.Applications, letters: d.Letters, issuer: d.Issuer,
	}
}

// Allowed reports whether people may make accounts on the way to the application; nil
// stands for the account console.
func (s *Service) Allowed(_ context.Context, in *realm.Realm, app *application.Application) bool {
	return in.Policy.Registration && (app == nil || app.Registration)
}

// URL is where a person in the flow can register, or "" where nobody may. The sign-in
// page links to it.
func (s *Service) URL(ctx context.Context, in *realm.Realm, f *flow.Flow) (string, error) {
	if _, err := s.open(ctx, in, f); errors.Is(err, errNoPage) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	return s.flows.URLAt(f, flow.Login, path), nil
}

// open returns the application of the flow, nil for the account console, or errNoPage
// where nobody may register.
func (s *Service) open(ctx context.Context, in *realm.Realm, f *flow.Flow) (*application.Application, error) {
	if !in.Policy.Registration {
		return nil, errNoPage
	}
	if f.Account() {
		return nil, nil
	}
	app, err := s.applications.ByID(ctx, in.ID, f.ApplicationID)
	if gone, ok := fault.Of(err); ok && gone.Kind == fault.NotFound {
		return nil, errNoPage
	}
	if err != nil {
		return nil, fmt.Errorf("registration: %w", err)
	}
	if !s.Allowed(ctx, in, app) {
		return nil, errNoPage
	}
	return app, nil
}

// Requested is recorded when somebody asks for an account. It names nobody: there is
// no account yet, or one that somebody else asked about.
type Requested struct {
	ApplicationID string `json:"application_id,omitempty"`
	// Taken is true when the address has an account already.
	Taken bool `json:"taken"`
}

// EventType names the event.
func (Requested) EventType() string { return "registration.requested" }

// Completed is recorded when a person has made their account.
type Completed struct {
	ApplicationID string `json:"application_id,omitempty"`
}

// EventType names the event.
func (Completed) EventType() string { return "registration.completed" }
