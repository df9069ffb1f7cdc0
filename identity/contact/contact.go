package contact

import (
	"context"
	"net/url"
	"strconv"
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

// Faults of the room.
var (
	ErrVerified  = fault.New(fault.Conflict, "email_verified", "Your address is confirmed already.")
	ErrSameEmail = fault.New(fault.Invalid, "email_same", "That is your present address.").At("email")
	ErrSamePhone = fault.New(fault.Invalid, "phone_same", "That is your present number.").At("phone")
	ErrNoPhone   = fault.New(fault.NotFound, "phone_none", "There is no number to remove.")
	// ErrLastFactor keeps the number that codes go to where nothing else is left to
	// confirm a sign-in with.
	ErrLastFactor = fault.New(fault.Conflict, "factor_last", "You need a second factor here, and this is your only one. Add another one first.")
)

// How long secrets live (security rule MAIL-04).
const (
	verifyLifetime = 24 * time.Hour
	changeLifetime = time.Hour
	undoLifetime   = 7 * 24 * time.Hour
)

// Applications finds the application that a flow leads to. tenant/application fulfils
// it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Letters writes to people, in the caller's transaction. notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Factors knows what people confirm a sign-in with. identity/mfa fulfils it.
type Factors interface {
	Enrolled(ctx context.Context, realmID, userID string) ([]string, error)
	// Distrust ends the trust in all browsers in which the person need not confirm a
	// sign-in, when deviceID is empty.
	Distrust(ctx context.Context, realmID, userID, deviceID string) error
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
	Factors      Factors
	// Newer take away what other rooms let a person sign in with or confirm by, if it
	// was added at that time or later, in the transaction of the context.
	Newer []func(ctx context.Context, realmID, userID string, since time.Time) error
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
	factors      Factors
	newer        []func(ctx context.Context, realmID, userID string, since time.Time) error
	issuer       func(slug string) string
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Users == nil || d.Sessions == nil || d.Flows == nil || d.Challenges == nil {
		panic("contact: DB, Events, Users, Sessions, Flows and Challenges are required")
	}
	if d.Applications == nil || d.Letters == nil || d.Factors == nil || d.Issuer == nil {
		panic("contact: Applications, Letters, Factors and Issuer are required")
	}
	return &Service{
		db: d.DB, events: d.Events, users: d.Users, sessions: d.Sessions, flows: d.Flows, challenges: d.Challenges,
		applications: d.Applications, letters: d.Letters, factors: d.Factors, newer: d.Newer, issuer: d.Issuer,
	}
}

// Asking is a person who does something to their own account.
type Asking struct {
	Realm *realm.Realm
	User  *user.User
	// Binding is the flow or session in which they ask; codes are good there only.
	Binding string
	// ApplicationID is where they are going, or empty.
	ApplicationID string
	// Language is the one of the page.
	Language string
}

// acting is the context in which the person acts.
func (a Asking) acting(ctx context.Context) context.Context {
	return event.Acting(ctx, event.User, a.User.ID, a.ApplicationID)
}

// link is an address that holds a secret. It begins with the configured public
// address, whatever the request's Host says (security rule MAIL-03).
func (s *Service) link(in *realm.Realm, path, token string) string {
	return s.issuer(in.Slug) + path + "?" + url.Values{"token": {token}}.Encode()
}

func minutes(d time.Duration) string { return strconv.Itoa(int(d / time.Minute)) }

// EmailChangeRequested is recorded when a person wants another address. It names none.
type EmailChangeRequested struct{}

// EventType names the event.
func (EmailChangeRequested) EventType() string { return "user.email_change_requested" }
