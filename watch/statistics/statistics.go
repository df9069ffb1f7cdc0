package statistics

import (
	"context"
	"math/rand/v2"
	"time"

	"authserver/identity/user"
	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const (
	// shards bounds the rows that one count of a day has.
	shards = 16
	// kept is how many days are remembered, for a comparison with last year.
	kept = 400
	// window is the span of what went wrong with letters, and of what operators see.
	window = 30
	// fresh is how old an answer may be: counting reads every row of a realm.
	fresh = time.Minute
)

// Users counts people. identity/user fulfils it.
type Users interface {
	Census(ctx context.Context, realmIDs ...string) (map[string]user.Census, error)
}

// Sessions counts sessions that are alive. identity/session fulfils it.
type Sessions interface {
	Count(ctx context.Context, realmIDs ...string) (map[string]int64, error)
}

// Applications counts applications. tenant/application fulfils it.
type Applications interface {
	Count(ctx context.Context, realmIDs ...string) (map[string]application.Counts, error)
}

// Letters counts letters by status: those that are pending now, and those that failed,
// bounced or were complained of since a time. notify/message fulfils it.
type Letters interface {
	Count(ctx context.Context, realmID string, since time.Time) (map[string]int64, error)
}

// Realms lists realms. tenant/realm fulfils it.
type Realms interface {
	List(ctx context.Context, f realm.Filter) ([]*realm.Realm, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Users        Users
	Sessions     Sessions
	Applications Applications
	Letters      Letters
	Realms       Realms
	Now          func() time.Time
}

// Service is what the room can do. It is an event.Subscriber.
type Service struct {
	db     *database.DB
	d      Deps
	now    func() time.Time
	shard  int64
	states *cache.Cache[string, *State]
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Users == nil || d.Sessions == nil || d.Applications == nil || d.Letters == nil || d.Realms == nil || d.Now == nil {
		panic("statistics: DB, Users, Sessions, Applications, Letters, Realms and Now are required")
	}
	return &Service{
		db: d.DB, d: d, now: d.Now, shard: rand.Int64N(shards),
		states: cache.New[string, *State](cache.Options{Size: 1000, TTL: fresh, Now: d.Now}),
	}
}

// State is what there is in a realm.
type State struct {
	At           time.Time
	Users        user.Census
	Sessions     int64
	Applications application.Counts
	// Letters are counted by status; those that went wrong are of the last 30 days.
	Letters map[string]int64
}

// State counts what there is in a realm, as of a minute ago at most.
func (s *Service) State(ctx context.Context, realmID string) (*State, error) {
	return s.states.Get(ctx, realmID, func(ctx context.Context) (*State, error) {
		now := s.now()
		all, err := s.count(ctx, realmID)
		if err != nil {
			return nil, err
		}
		state := all[realmID]
		state.At = now
		state.Letters, err = s.d.Letters.Count(ctx, realmID, now.Add(-window*24*time.Hour))
		return &state, err
	})
}

// count counts what there is in realms, without letters.
func (s *Service) count(ctx context.Context, realmIDs ...string) (map[string]State, error) {
	people, err := s.d.Users.Census(ctx, realmIDs...)
	if err != nil {
		return nil, err
	}
	sessions, err := s.d.Sessions.Count(ctx, realmIDs...)
	if err != nil {
		return nil, err
	}
	applications, err := s.d.Applications.Count(ctx, realmIDs...)
	if err != nil {
		return nil, err
	}
	states := make(map[string]State, len(realmIDs))
	for _, id := range realmIDs {
		states[id] = State{Users: people[id], Sessions: sessions[id], Applications: applications[id]}
	}
	return states, nil
}
