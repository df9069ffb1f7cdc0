package privacy

import (
	"context"
	"log/slog"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/internal/worker"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Letters tells people. notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Applications finds the application that a page is about. tenant/application
// fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Deps is what the room needs.
type Deps struct {
	DB         *database.DB
	Events     *event.Log
	Ring       *secret.Ring
	Realms     *realm.Service
	Users      *user.Service
	Sessions   *session.Service
	Flows      *flow.Service
	Challenges *challenge.Service
	Others     Others
	Issuer     func(slug string) string
	Now        func() time.Time
	Logger     *slog.Logger
}

// Others are the rooms beside and above that have a part in it.
type Others struct {
	Letters      Letters
	Applications Applications
	// Exporters say what a copy holds, in its order.
	Exporters []Exporter
	// Erasers empty the rooms. Those of identity/user, identity/challenge and of
	// this room need not be among them.
	Erasers []Eraser
}

// Service is what the room can do.
type Service struct {
	db         *database.DB
	events     *event.Log
	ring       *secret.Ring
	realms     *realm.Service
	users      *user.Service
	sessions   *session.Service
	flows      *flow.Service
	challenges *challenge.Service
	others     Others
	issuer     func(slug string) string
	now        func() time.Time
	logger     *slog.Logger
	soon       worker.Bell
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Realms == nil || d.Users == nil || d.Sessions == nil || d.Flows == nil ||
		d.Challenges == nil || d.Others.Letters == nil || d.Others.Applications == nil || d.Issuer == nil || d.Now == nil || d.Logger == nil {
		panic("privacy: a dependency is missing")
	}
	return &Service{
		db: d.DB, events: d.Events, ring: d.Ring, realms: d.Realms, users: d.Users, sessions: d.Sessions, flows: d.Flows,
		challenges: d.Challenges, others: d.Others, issuer: d.Issuer, now: d.Now, logger: d.Logger, soon: worker.NewBell(),
	}
}

// tick is how often the worker looks for what is due.
const tick = 30 * time.Second

// Run makes copies and erases who is due, until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	ctx = event.WithActor(ctx, event.Actor{Kind: event.System, ID: "identity/privacy"})
	timer := time.NewTicker(tick)
	defer timer.Stop()
	for {
		for _, work := range []struct {
			what string
			once func(context.Context) (int, error)
		}{{"make copies of personal data", s.Once}, {"erase people", s.EraseDue}} {
			if _, err := work.once(ctx); err != nil && ctx.Err() == nil {
				s.logger.ErrorContext(ctx, "personal data: worker failed", "work", work.what, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-s.soon:
		}
	}
}
