package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"authserver/consent"
	"authserver/consent/preference"
	"authserver/consent/terms"
	"authserver/identity/directory"
	"authserver/internal/config"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/ratelimit"
	"authserver/internal/rest"
	"authserver/internal/secret"
	"authserver/internal/tracing"
	"authserver/internal/web"
	"authserver/notify/outbox"
	"authserver/notify/pubsub"
	"authserver/notify/signal"
	"authserver/notify/webhook"
	"authserver/oauth"
	"authserver/oauth/key"
	"authserver/rbac"
	"authserver/rbac/policy"
	"authserver/tenant/application"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
	"authserver/watch/audit"
	"authserver/watch/metrics"
	"authserver/watch/queue"
	"authserver/watch/security"
	"authserver/watch/statistics"
)

// Options is what New takes beside the settings.
type Options struct {
	Logger  *slog.Logger
	Now     func() time.Time // nil: the machine's clock
	Version string
}

// Server is the house: all rooms of one process. The rooms are exported for
// commands and tests; requests reach them through Handler.
type Server struct {
	Database     *database.DB
	Events       *event.Log
	Realms       *realm.Service
	Applications *application.Service
	Keys         *key.Service
	people
	Consents   *consent.Service
	Terms      *terms.Service
	Choices    *preference.Service
	Limits     *limit.Service
	Parked     *queue.Service
	Roles      *rbac.Service
	Policies   *policy.Service
	OAuth      *oauth.Service
	Directory  *directory.Service
	Statistics *statistics.Service
	Audit      *audit.Service
	Webhooks   *webhook.Service
	Security   *security.Service
	Signals    *signal.Service
	// Admin is the administration by REST.
	Admin   *rest.API
	Metrics *metrics.Metrics
	// Bus tells other programs what happens; Inbox says who handles what they want.
	Bus   *pubsub.Service
	Inbox *pubsub.Handlers
	// Outbox holds what would have been sent, in dev; else nil.
	Outbox *outbox.Box

	config     config.Config
	tracer     *tracing.Tracer // nil: nothing is traced
	logger     *slog.Logger
	now        func() time.Time
	version    string
	dispatcher *event.Dispatcher
	equipment  equipment
	web        *web.Server
	own        string // the credential of this process's own commands
	health     *health

	draining        atomic.Bool
	public, private net.Listener
	closing         sync.Once
	closed          error
}

// New opens the database and builds every room on it. In dev it brings the schema
// up to date; otherwise it refuses one that is not this program's. Whoever calls
// it ends it with Run or Close.
func New(ctx context.Context, c config.Config, o Options) (*Server, error) {
	ownClock := o.Now != nil
	if o.Now == nil {
		o.Now = func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	}
	equipment, err := equip(ctx, c, o, ownClock)
	if err != nil {
		return nil, err
	}
	tracer := newTracer(c, o)
	if tracer != nil {
		o.Logger = slog.New(tracing.Log(o.Logger.Handler()))
	}
	db, err := open(ctx, c, o)
	if err != nil {
		return nil, err
	}
	s := &Server{tracer: tracer, Database: db, Outbox: equipment.out.box, config: c, logger: o.Logger, now: o.Now, version: o.Version, equipment: equipment}
	s.build()
	for _, warning := range c.Warnings() {
		s.logger.WarnContext(ctx, warning)
	}
	if err := s.OAuth.Load(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("load revocations: %w", err), s.Close())
	}
	return s, nil
}

// open opens the database and makes sure of its schema.
func open(ctx context.Context, c config.Config, o Options) (*database.DB, error) {
	db, err := database.Open(ctx, c.DatabaseURL, database.Options{
		MaxConns: c.DatabaseMaxConns, Logger: o.Logger, Now: o.Now, Traced: c.OTLPEndpoint != nil,
	})
	if err != nil {
		return nil, err
	}
	if c.Mode == config.Dev {
		_, err = db.Migrate(ctx)
	} else if err = db.CheckSchema(ctx); errors.Is(err, database.ErrSchemaPending) {
		err = fmt.Errorf("%w; run `authserver migrate`", err)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// build makes the rooms, lower ones first.
func (s *Server) build() {
	c, db, now, logger, e := s.config, s.Database, s.now, s.logger, s.equipment
	ring := e.ring
	passwords := secret.NewPasswords(passwordParams(c))
	grants, roles, owed, rules, guard, wishes := &lateGrants{}, &lateRoles{}, &lateTerms{}, &lateRules{}, &lateGuard{}, &lateWishes{}

	s.Events = event.New(event.Deps{DB: db, Now: now, Logger: logger})
	s.Metrics = s.newMetrics(passwords)
	s.Keys = key.New(key.Deps{DB: db, Events: s.Events, Ring: ring, Now: now, RSABits: c.RSABits})
	s.Realms = realm.New(realm.Deps{DB: db, Events: s.Events, Keys: s.Keys, Remains: remains{db}, Now: now})
	s.Applications = application.New(application.Deps{DB: db, Events: s.Events, Dependents: lateDependents{s}, Now: now})
	s.buildPeople(ring, passwords, e.leaked, e.out, grants, roles, owed, guard, wishes)
	s.Security = security.New(security.Deps{
		DB: db, Events: s.Events, Ring: ring, Realms: s.Realms, Users: s.Users, Sessions: s.Sessions, Challenges: s.Challenges, Factors: s.Factors,
		Letters: s.Messages, Places: e.places, Newer: s.newer(), Issuer: c.Issuer, Now: now,
	})
	guard.security = s.Security
	s.Consents = consent.New(consent.Deps{
		DB: db, Events: s.Events, Flows: s.Flows, Sessions: s.Sessions, Applications: s.Applications,
		Accounts: s.Users, Grants: grants, Uses: grants, Letters: s.Messages, Now: now,
	})
	s.Terms = terms.New(terms.Deps{
		DB: db, Events: s.Events, Flows: s.Flows, Sessions: s.Sessions, Applications: s.Applications, Accounts: s.Users, Now: now,
	})
	owed.terms = s.Terms
	s.Roles = rbac.New(rbac.Deps{
		DB: db, Events: s.Events, Realms: s.Realms, Users: s.Users, Applications: s.Applications, Policies: rules, Now: now,
	})
	roles.roles = s.Roles
	s.Policies = policy.New(policy.Deps{DB: db, Events: s.Events, Roles: s.Roles, Applications: s.Applications, Now: now})
	rules.policies = s.Policies
	s.OAuth = oauth.New(oauth.Deps{
		DB: db, Events: s.Events, Applications: s.Applications, Users: s.Users, Sessions: s.Sessions, Flows: s.Flows,
		Consents: s.Consents, Gate: s.Gate, Profiles: s.Profiles, Roles: heldRoles{s.Roles}, Keys: s.Keys, Ring: ring,
		Introspected: s.Metrics.Introspected, Issuer: c.Issuer, Now: now, Logger: logger,
	})
	grants.oauth = s.OAuth
	s.Choices = preference.New(preference.Deps{DB: db, Events: s.Events, Signer: s.OAuth, Now: now})
	s.Audit = audit.New(audit.Deps{
		DB: db, Events: s.Events, Ring: ring, Retention: time.Duration(c.AuditDays) * 24 * time.Hour, Now: now, Logger: logger,
	})
	s.buildAccount(ring, e.places, wishes)

	s.Statistics = statistics.New(statistics.Deps{
		DB: db, Users: s.Users, Sessions: s.Sessions, Applications: s.Applications, Letters: s.Messages, Realms: s.Realms, Now: now,
	})
	s.buildTellers(ring)
	s.dispatcher = event.NewDispatcher(event.DispatcherDeps{
		DB: db, Log: s.Events, Subscribers: []event.Subscriber{s.Factors, s.Recoveries, s.Activity, s.Roles, s.Statistics, s.Audit, s.Webhooks, s.Security, s.Signals, s.Notices}, Observers: []event.Observer{s.Metrics.Event}, Now: now, Logger: logger,
	})
	s.Parked = queue.New(queue.Deps{DB: db, Events: s.Events, Queues: s.parkers()})
	s.Limits = limit.New(limit.Deps{
		DB: db, Events: s.Events, Limiter: e.limiter, Keys: ratelimit.NewKeys(ring.Derive("tenant/limit")[0]), Off: !c.RateLimits, Now: now, Logger: logger,
	})
	s.buildBus()
	s.web = web.New(web.Deps{
		Realms: s.Realms, Logger: logger, Now: now, PublicURL: c.PublicURL, TrustedProxies: c.TrustedProxies,
		Brand: brand, Persons: s.Account, Limits: s.Limits, Observe: s.Metrics.Request, Tracer: s.tracer,
	})
	s.Directory = directory.New(directory.Deps{
		DB: db, Events: s.Events, Merging: []directory.Merging{s.Federation, s.Roles}, Users: s.Users, Sessions: s.Sessions, Locks: s.Logins, Factors: s.Factors, Erasure: s.Privacy, Attributes: values{s.Profiles}, Administrators: s.Roles,
	})
	s.mount(s.web.Mux())
	s.buildAdmin(ring)
	s.health = s.newHealth()
}

// newTracer is where traces go, or nil when the operator has named no collector.
func newTracer(c config.Config, o Options) *tracing.Tracer {
	if c.OTLPEndpoint == nil {
		return nil
	}
	return tracing.Open(tracing.Options{
		Endpoint: c.OTLPEndpoint, Headers: c.OTLPHeaders, Sample: c.OTLPSample, Version: o.Version, Logger: o.Logger,
	})
}

// passwordParams is the price of a hash with the operator's bound on how many run
// at once.
func passwordParams(c config.Config) secret.PasswordParams {
	p := secret.DefaultPasswordParams()
	p.Concurrency = c.PasswordConcurrency
	return p
}

// newHealth lists what must hold for requests to be welcome.
func (s *Server) newHealth() *health {
	return &health{
		checks: []check{
			{"database", s.Database.Ping},
			{"schema", s.Database.CheckSchema},
		},
		parked: func(ctx context.Context) (int64, error) {
			_, parked, err := s.Events.Backlog(ctx)
			return parked, err
		},
		draining: s.draining.Load,
		failed: func(ctx context.Context, name string, err error) {
			s.logger.ErrorContext(ctx, "not ready", "check", name, "error", err)
		},
		now: s.now,
	}
}

// Handler serves what the world may reach: the rooms, health and, unless it has a
// listener of its own, /metrics for who has the token.
func (s *Server) Handler() http.Handler { return s.front() }

// Close writes the events that are still in memory and closes the database. It may
// be called twice.
func (s *Server) Close() error {
	s.closing.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), endTime)
		defer cancel()
		s.closed = errors.Join(s.Events.Flush(ctx), s.Database.Close(), s.equipment.close(), s.tracer.Close(ctx))
	})
	return s.closed
}
