package inapp

import (
	"context"
	"log/slog"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/device"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/worker"
	"authserver/rbac"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Letters takes what leaves by mail and SMS. notify/message fulfils it.
type Letters interface {
	Send(ctx context.Context, l letter.Letter) error
	// Subscribed tells whether an address gets what is not essential.
	Subscribed(ctx context.Context, realmID, email string) (bool, error)
	// Resubscribe has an address get again what its owner did not want.
	Resubscribe(ctx context.Context, realmID, email string) error
}

// Realms finds realms. tenant/realm fulfils it.
type Realms interface {
	ByID(ctx context.Context, realmID string) (*realm.Realm, error)
}

// Users finds people. identity/user fulfils it.
type Users interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
	List(ctx context.Context, realmID string, f user.Filter) ([]*user.User, error)
}

// Applications names them and knows their origins. tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, appID string) (*application.Application, error)
	AllowOrigin(ctx context.Context, origin string) bool
}

// Roles names roles and who holds them. rbac fulfils it.
type Roles interface {
	Role(ctx context.Context, realmID, roleID string) (*rbac.Role, error)
	// Holders are the ids of people who hold the role now, after that id and in order.
	Holders(ctx context.Context, realmID, roleID, after string, limit int) ([]string, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Realms       Realms
	Users        Users
	Applications Applications
	Roles        Roles
	Letters      Letters
	// Places names where addresses are; nil knows no towns.
	Places *device.Places
	Issuer func(slug string) string
	Now    func() time.Time
	Logger *slog.Logger
}

// Service is what the room can do. It is an event.Subscriber.
type Service struct {
	db      *database.DB
	events  *event.Log
	realms  Realms
	users   Users
	apps    Applications
	roles   Roles
	letters Letters
	places  *device.Places
	issuer  func(slug string) string
	now     func() time.Time
	log     *slog.Logger
	wake    worker.Bell // the worker of this process waits here
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Realms == nil || d.Users == nil || d.Applications == nil || d.Roles == nil || d.Letters == nil ||
		d.Issuer == nil || d.Now == nil || d.Logger == nil {
		panic("inapp: DB, Events, Realms, Users, Applications, Roles, Letters, Issuer, Now and Logger are required")
	}
	if d.Places == nil {
		d.Places = &device.Places{}
	}
	return &Service{
		db: d.DB, events: d.Events, realms: d.Realms, users: d.Users, apps: d.Applications, roles: d.Roles, letters: d.Letters,
		places: d.Places, issuer: d.Issuer, now: d.Now, log: d.Logger, wake: worker.NewBell(),
	}
}
