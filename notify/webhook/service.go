package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/internal/worker"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Applications finds applications. tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Realms finds realms. tenant/realm fulfils it.
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
	// Catalogue is every type of event that there is.
	Catalogue []event.Kind
	// Client calls receivers: one of internal/outbound.
	Client *http.Client
	// Networks are those that Client calls although they are not public.
	Networks []netip.Prefix
	// Ladder is how long a delivery rests after each attempt that failed; after as many and
	// one more it is parked. None is that of the function of this name.
	Ladder []time.Duration
	// Observe hears of every attempt: whether it succeeded. It may be nil.
	Observe func(realmID string, succeeded bool)
	Now     func() time.Time
	Logger  *slog.Logger
}

// Service is what the room can do.
type Service struct {
	Deps
	lanes  []*worker.Lane[deliveryRow]
	crowds crowds
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Realms == nil || d.Applications == nil || d.Client == nil || d.Now == nil || d.Logger == nil {
		panic("webhook: DB, Events, Ring, Realms, Applications, Client, Now and Logger are required")
	}
	if d.Observe == nil {
		d.Observe = func(string, bool) {}
	}
	if len(d.Ladder) == 0 {
		d.Ladder = Ladder()
	}
	s := &Service{Deps: d}
	s.lanes = []*worker.Lane[deliveryRow]{s.newLane(false, wellSlots), s.newLane(true, ailingSlots)}
	return s
}
