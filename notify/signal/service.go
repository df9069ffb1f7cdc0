package signal

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/rest"
	"authserver/internal/secret"
	"authserver/internal/worker"
	"authserver/oauth"
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

// Users finds people. identity/user fulfils it.
type Users interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

// Tokens knows who sends an access token, and signs statements. oauth fulfils it.
type Tokens interface {
	Caller(ctx context.Context, token string) (*oauth.Caller, error)
	SignEvent(ctx context.Context, in *realm.Realm, claims any) (string, error)
	Issuer(in *realm.Realm) string
}

// Permissions decides what an application may do. rbac fulfils it.
type Permissions interface {
	Authorize(ctx context.Context, p *rest.Principal, permission string) (rest.Reach, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Ring         *secret.Ring
	Realms       Realms
	Applications Applications
	Users        Users
	Tokens       Tokens
	Permissions  Permissions
	// Client calls receivers: one of internal/outbound; Networks are those that it calls
	// although they are not public.
	Client   *http.Client
	Networks []netip.Prefix
	Now      func() time.Time
	Logger   *slog.Logger
}

// Service is what the room can do.
type Service struct {
	Deps
	lane *worker.Lane[setRow]
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Realms == nil || d.Applications == nil || d.Users == nil {
		panic("signal: DB, Events, Ring, Realms, Applications and Users are required")
	}
	if d.Tokens == nil || d.Permissions == nil || d.Client == nil || d.Now == nil || d.Logger == nil {
		panic("signal: Tokens, Permissions, Client, Now and Logger are required")
	}
	s := &Service{Deps: d}
	s.lane = s.newLane()
	return s
}
