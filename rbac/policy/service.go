package policy

import (
	"context"
	"time"

	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/rbac"
	"authserver/tenant/application"
)

// Topic under which changes of a realm's policies are announced (database.Changed); the
// key is the realm's id.
const Topic = "policies"

const (
	realmsKept = 10_000
	// cacheTTL is the net below a missed announcement.
	cacheTTL = time.Minute
)

// Roles decide with rules that are tried, and know what policies can be about. rbac
// fulfils it.
type Roles interface {
	Permissions(ctx context.Context, realmID string, f rbac.Filter) ([]*rbac.Permission, error)
	DecideBy(ctx context.Context, rules rbac.Policies, realmID, kind, id string, how rbac.How, q rbac.Question) (rbac.Decision, error)
}

// Applications finds applications. tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Roles        Roles
	Applications Applications
	Now          func() time.Time
}

// Service is what the room can do.
type Service struct {
	db     *database.DB
	events *event.Log
	roles  Roles
	apps   Applications
	now    func() time.Time
	known  *cache.Cache[string, *rules]
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Roles == nil || d.Applications == nil || d.Now == nil {
		panic("policy: DB, Events, Roles, Applications and Now are required")
	}
	s := &Service{
		db: d.DB, events: d.Events, roles: d.Roles, apps: d.Applications, now: d.Now,
		known: cache.New[string, *rules](cache.Options{Size: realmsKept, TTL: cacheTTL, Now: d.Now}),
	}
	d.DB.OnChange(Topic, s.known.Drop)
	return s
}
