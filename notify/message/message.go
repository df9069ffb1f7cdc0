package message

import (
	"context"
	"log/slog"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/internal/worker"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Mails is a way by which mails leave. notify/mail fulfils it.
type Mails interface {
	// Provider names the way in the log.
	Provider() string
	// From is the address that writes.
	From() string
	// Send hands the mail over and returns the provider's name for it. An error that
	// is no *letter.Refusal is tried again.
	Send(ctx context.Context, m letter.Mail) (messageID string, err error)
}

// Texts is a way by which SMS leave. notify/sms fulfils it.
type Texts interface {
	Provider() string
	From() string
	Send(ctx context.Context, t letter.Text) (messageID string, err error)
}

// Realms finds realms. tenant/realm fulfils it.
type Realms interface {
	ByID(ctx context.Context, realmID string) (*realm.Realm, error)
}

// Applications finds applications. tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Users finds people. identity/user fulfils it.
type Users interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

// Wishes knows which optional letters a person wants. notify/inapp fulfils it.
type Wishes interface {
	Wants(ctx context.Context, realmID, userID string, kind letter.Kind) (bool, error)
}

// Deps is what the room needs. Mails and Texts may be nil: what would leave that way is
// logged as failed.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Ring         *secret.Ring
	Realms       Realms
	Applications Applications
	Users        Users
	Mails        Mails
	Texts        Texts
	// Wishes may be nil: then every optional letter is wanted.
	Wishes Wishes
	Issuer func(slug string) string
	// Observe is told what became of a letter, after it is written: also of an attempt
	// after which it waits for the next. Optional.
	Observe func(channel letter.Channel, outcome Status)
	Now     func() time.Time
	Logger  *slog.Logger
}

// Service is what the room can do.
type Service struct {
	db           *database.DB
	events       *event.Log
	ring         *secret.Ring
	realms       Realms
	applications Applications
	users        Users
	mails        Mails
	texts        Texts
	wishes       Wishes
	issuer       func(slug string) string
	observe      func(channel letter.Channel, outcome Status)
	now          func() time.Time
	log          *slog.Logger
	clickKeys    [][]byte                       // of the links to unsubscribe
	wake         map[letter.Channel]worker.Bell // workers of this process wait here
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Issuer == nil || d.Now == nil || d.Logger == nil {
		panic("message: DB, Events, Ring, Issuer, Now and Logger are required")
	}
	if d.Realms == nil || d.Applications == nil || d.Users == nil {
		panic("message: Realms, Applications and Users are required")
	}
	if d.Observe == nil {
		d.Observe = func(letter.Channel, Status) {}
	}
	return &Service{
		db: d.DB, events: d.Events, ring: d.Ring, realms: d.Realms, applications: d.Applications, users: d.Users,
		mails: d.Mails, texts: d.Texts, wishes: d.Wishes, issuer: d.Issuer, observe: d.Observe, now: d.Now, log: d.Logger,
		clickKeys: d.Ring.Derive("notify/message unsubscribe"),
		wake:      map[letter.Channel]worker.Bell{letter.Email: worker.NewBell(), letter.SMS: worker.NewBell()},
	}
}

// Status is what has become of a letter.
type Status string

// The states of a letter.
const (
	Pending    Status = "pending"    // waiting, or to be tried again
	Sent       Status = "sent"       // the provider took it
	Delivered  Status = "delivered"  // the provider says that it arrived
	Failed     Status = "failed"     // it was given up
	Bounced    Status = "bounced"    // there is no such address
	Complained Status = "complained" // it arrived, and its recipient called it spam
	Expired    Status = "expired"    // its secret opened nothing any more
	Suppressed Status = "suppressed" // the address gets no such mail
	Withheld   Status = "withheld"   // the address got too many
)

// happened tells the observer, once it is certain.
func (s *Service) happened(ctx context.Context, channel letter.Channel, outcome Status) {
	s.db.AfterCommit(ctx, func() { s.observe(channel, outcome) })
}
