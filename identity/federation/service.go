package federation

import (
	"context"
	"net/http"
	"time"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/secret"
	"authserver/tenant/application"
)

// Topic under which changes of a realm's providers are announced (database.Changed);
// the key is the realm's id.
const Topic = "federation"

// Letters queues what the house writes to people, in the transaction of the context.
// notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
}

// Applications finds the application that a person wants to go to.
// tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Passkeys knows another way in. identity/passkey fulfils it.
type Passkeys interface {
	// SignsIn reports whether the person has a passkey that signs them in by itself.
	SignsIn(ctx context.Context, realmID, userID string) (bool, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Ring         *secret.Ring
	Users        *user.Service
	Sessions     *session.Service
	Flows        *flow.Service
	Applications Applications
	Letters      Letters
	Passkeys     Passkeys
	// Strip take away what other rooms let a person sign in with or confirm by
	// (passkeys, second factors, trusted devices), in the transaction of the context.
	Strip []func(ctx context.Context, realmID, userID string) error
	// Client calls the providers: one of internal/outbound.
	Client *http.Client
	// Issuer is the address of a realm.
	Issuer func(slug string) string
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db           *database.DB
	events       *event.Log
	ring         *secret.Ring
	users        *user.Service
	sessions     *session.Service
	flows        *flow.Service
	applications Applications
	letters      Letters
	passkeys     Passkeys
	strip        []func(ctx context.Context, realmID, userID string) error
	client       *http.Client
	issuer       func(slug string) string
	now          func() time.Time

	byRealm *cache.Cache[string, []*Provider]
	known   *cache.Cache[upstreamKey, *upstream]
}

const (
	realmsKept = 10_000
	// providersTTL is the net below a missed announcement.
	providersTTL = time.Minute
	// upstreamTTL is how long a discovery document counts.
	upstreamTTL   = time.Hour
	upstreamsKept = 2_000
)

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Client == nil || d.Issuer == nil || d.Now == nil {
		panic("federation: DB, Events, Ring, Client, Issuer and Now are required")
	}
	if d.Users == nil || d.Sessions == nil || d.Flows == nil || d.Applications == nil || d.Letters == nil || d.Passkeys == nil {
		panic("federation: Users, Sessions, Flows, Applications, Letters and Passkeys are required")
	}
	s := &Service{
		db: d.DB, events: d.Events, ring: d.Ring, users: d.Users, sessions: d.Sessions, flows: d.Flows,
		applications: d.Applications, letters: d.Letters, passkeys: d.Passkeys, strip: d.Strip, client: d.Client,
		issuer: d.Issuer, now: d.Now,
		byRealm: cache.New[string, []*Provider](cache.Options{Size: realmsKept, TTL: providersTTL, Now: d.Now}),
		known:   cache.New[upstreamKey, *upstream](cache.Options{Size: upstreamsKept, TTL: upstreamTTL, Negative: awayFor, Now: d.Now}),
	}
	d.DB.OnChange(Topic, s.byRealm.Drop)
	return s
}
