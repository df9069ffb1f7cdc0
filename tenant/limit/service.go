package limit

import (
	"context"
	"log/slog"
	"time"

	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/ratelimit"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

// Topic under which changes of a realm's limits are announced (database.Changed); the key
// is the realm's id.
const Topic = "rate_limits"

const (
	realmsKept = 5_000
	// cacheTTL is the net below a missed announcement; for staleTTL more the last known
	// limits hold while the database is away.
	cacheTTL, staleTTL = time.Minute, time.Hour
	// awayFor is how long a database that could not be read is left alone.
	awayFor = 5 * time.Second
)

// Deps is what the room needs.
type Deps struct {
	DB      *database.DB
	Events  *event.Log
	Limiter *ratelimit.Limiter
	Keys    ratelimit.Keys
	// Off admits everybody; limits can be read and set all the same.
	Off    bool
	Now    func() time.Time
	Logger *slog.Logger
}

// Service is what the room can do.
type Service struct {
	Deps
	specs map[string]Spec
	own   *cache.Cache[string, map[string][]ratelimit.Limit]
	// said keeps limit.reached to one a minute.
	said *ratelimit.Limiter
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Limiter == nil || d.Now == nil || d.Logger == nil {
		panic("limit: DB, Events, Limiter, Now and Logger are required")
	}
	s := &Service{
		Deps: d, specs: specs(), said: ratelimit.New(ratelimit.Deps{Now: d.Now, Logger: d.Logger}),
		own: cache.New[string, map[string][]ratelimit.Limit](cache.Options{Size: realmsKept, TTL: cacheTTL, Stale: staleTTL, Negative: awayFor, Now: d.Now}),
	}
	d.DB.OnChange(Topic, s.own.Drop)
	return s
}

// Knows implements web.Limits.
func (s *Service) Knows(name string) bool {
	_, ok := s.specs[name]
	return ok
}

// Take implements web.Limits: it counts the request of the context under the limits of its
// realm, and outside realms under the house's. It returns ErrReached.
func (s *Service) Take(ctx context.Context, asks ...web.Ask) error {
	if s.Off {
		return nil
	}
	realmID := ""
	if in, ok := realm.Maybe(ctx); ok {
		realmID = in.ID
	}
	own := s.ownOf(ctx, realmID)
	var cells []ratelimit.Cell
	var names []string
	for _, a := range asks {
		spec := s.specs[a.Name]
		limits := spec.Default
		if set, ok := own[a.Name]; ok {
			limits = set
		}
		parts := append([]string{a.Name}, s.parts(ctx, spec, a)...)
		for _, l := range limits {
			cells, names = append(cells, s.Keys.Cell(l, realmID, parts...)), append(names, a.Name)
		}
	}
	wait, which := s.Limiter.Take(ctx, cells...)
	if wait == 0 {
		return nil
	}
	s.tell(ctx, realmID, names[which], cells[which].Limit)
	return ErrReached.After(wait)
}

// parts is what the limit counts by, of this request.
func (s *Service) parts(ctx context.Context, spec Spec, a web.Ask) []string {
	var parts []string
	for _, by := range spec.By {
		switch by {
		case ByIP:
			parts = append(parts, ratelimit.Network(web.ClientIP(ctx)))
		case ByRealm: // which all keys are made for
		default:
			parts = append(parts, a.Who)
		}
	}
	return parts
}

// errUnread stands for a database that did not answer; the cache keeps faults of this kind
// for a moment, so that each request need not wait for it again.
var errUnread = fault.New(fault.NotFound, "limits_unread", "The realm's limits could not be read.")

// ownOf is what the realm has set for itself, or nothing while that cannot be known.
func (s *Service) ownOf(ctx context.Context, realmID string) map[string][]ratelimit.Limit {
	if realmID == "" {
		return nil
	}
	if own, ok := s.own.Peek(realmID); ok {
		return own
	}
	own, err := s.own.Get(ctx, realmID, func(ctx context.Context) (map[string][]ratelimit.Limit, error) {
		own, err := s.load(ctx, realmID)
		if err != nil {
			s.Logger.ErrorContext(ctx, "a realm's limits cannot be read: the house's hold", "realm_id", realmID, "error", err)
			return nil, errUnread
		}
		return own, nil
	})
	if err != nil {
		return nil
	}
	return own
}

// tell records that a limit is reached, at most once a minute for each.
func (s *Service) tell(ctx context.Context, realmID, name string, l ratelimit.Limit) {
	if realmID == "" {
		return
	}
	once := ratelimit.Limit{Count: 1, Per: time.Minute}
	if wait, _ := s.said.Take(ctx, s.Keys.Cell(once, realmID, "said", name)); wait > 0 {
		return
	}
	err := s.DB.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return s.Events.Record(ctx, event.Ref{RealmID: realmID, Kind: "limit", ID: name}, Reached{Limit: l.String()})
	})
	if err != nil {
		s.Logger.ErrorContext(ctx, "a reached limit is not recorded", "realm_id", realmID, "limit", name, "error", err)
	}
}
