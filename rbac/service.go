package rbac

import (
	"context"
	"time"

	"authserver/identity/user"
	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Topics under which changes are announced (database.Changed).
const (
	// Topic is for a realm's roles, groups and their assignments; the key is its id.
	Topic = "rbac"
	// SubjectTopic is for the assignments of one subject; the key is realm/kind/id.
	SubjectTopic = "rbac_subject"
)

const (
	worlds      = 10_000 // more than there are realms in a large installation: shards do not fill evenly
	subjects    = 100_000
	cacheTTL    = time.Minute // the net below a missed announcement
	negativeTTL = 0
)

// Users finds people. identity/user fulfils it.
type Users interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

// Applications finds applications. tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, appID string) (*application.Application, error)
}

// Realms finds realms. tenant/realm fulfils it.
type Realms interface {
	ByID(ctx context.Context, realmID string) (*realm.Realm, error)
}

// Deps is what the room needs. Policies may be nil: then roles alone decide.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Realms       Realms
	Users        Users
	Applications Applications
	Policies     InForce
	Now          func() time.Time
}

// subject names who may hold roles, within a realm.
type subject struct{ realm, kind, id string }

// standing are a subject's assignments and groups as they were in a world.
type standing struct {
	world       *World
	assignments []*Assignment
	groups      []string
}

// Service is what the room can do.
type Service struct {
	db       *database.DB
	events   *event.Log
	realms   Realms
	users    Users
	apps     Applications
	policies InForce
	now      func() time.Time
	builtIn  []*Role // shared by all worlds: they are the larger part of most
	worlds   *cache.Cache[string, *World]
	subjects *cache.Cache[subject, *standing]
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Realms == nil || d.Users == nil || d.Applications == nil || d.Now == nil {
		panic("rbac: DB, Events, Realms, Users, Applications and Now are required")
	}
	s := &Service{
		db: d.DB, events: d.Events, realms: d.Realms, users: d.Users, apps: d.Applications, policies: d.Policies, now: d.Now, builtIn: BuiltIn(),
		worlds:   cache.New[string, *World](cache.Options{Size: worlds, TTL: cacheTTL, Now: d.Now}),
		subjects: cache.New[subject, *standing](cache.Options{Size: subjects, TTL: cacheTTL, Now: d.Now}),
	}
	d.DB.OnChange(Topic, s.worlds.Drop)
	d.DB.OnChange(SubjectTopic, s.forget)
	return s
}

// stamp is now as rows keep it.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// Caches tells how the room's caches have served.
func (s *Service) Caches() map[string]cache.Counts {
	return map[string]cache.Counts{"roles": s.worlds.Counts(), "assignments": s.subjects.Counts()}
}
