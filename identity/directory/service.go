package directory

import (
	"context"
	"time"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/rest"
	"authserver/tenant/realm"
)

// Locks are what wrong passwords and codes close. identity/login fulfils it.
type Locks interface {
	Unlock(ctx context.Context, u *user.User) error
	OpenSecond(ctx context.Context, realmID, userID string) error
}

// Factors are second factors. identity/mfa fulfils it.
type Factors interface {
	// Reset takes all of them away and tells the person.
	Reset(ctx context.Context, in *realm.Realm, userID string) ([]string, error)
}

// Erasure removes people. identity/privacy fulfils it.
type Erasure interface {
	Schedule(ctx context.Context, in *realm.Realm, userID string) (time.Time, error)
	Cancel(ctx context.Context, realmID, userID string) error
	Erase(ctx context.Context, realmID, userID string) error
}

// Attributes holds a person's values to the realm's schema. identity/profile fulfils it.
type Attributes interface {
	// ValidateAttributes returns the values in their stored form.
	ValidateAttributes(ctx context.Context, realmID string, values map[string]any) (map[string]any, error)
}

// Administrators knows who must stay. rbac fulfils it.
type Administrators interface {
	// LastAdministrator refuses when the realm would have none without the user.
	LastAdministrator(ctx context.Context, realmID, userID string) error
	// Outranks refuses to act upon somebody who holds what the caller does not.
	Outranks(ctx context.Context, p *rest.Principal, kind, id string) error
}

// Deps is what the room needs.
type Deps struct {
	DB             *database.DB
	Events         *event.Log
	Users          *user.Service
	Sessions       *session.Service
	Locks          Locks
	Factors        Factors
	Erasure        Erasure
	Attributes     Attributes
	Administrators Administrators
	Merging        []Merging
}

// Service is what the room can do.
type Service struct{ Deps }

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Users == nil || d.Sessions == nil || d.Locks == nil || d.Factors == nil || d.Erasure == nil || d.Attributes == nil || d.Administrators == nil {
		panic("directory: a dependency is missing")
	}
	return &Service{d}
}

// Suspend bars a person, unless they are the last who administers the realm.
func (s *Service) Suspend(ctx context.Context, realmID, userID, reason string) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.Administrators.LastAdministrator(ctx, realmID, userID); err != nil {
			return err
		}
		return s.Users.Suspend(ctx, realmID, userID, reason)
	})
}
