package user

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// Sessions are what a person is signed in to. identity/session fulfils it, in the
// transaction of the context.
type Sessions interface {
	EndAll(ctx context.Context, realmID, userID, reason string) error
	// EndOthers ends all but the session keep, and every grant.
	EndOthers(ctx context.Context, realmID, userID, keep, reason string) error
}

// Realms finds the realm whose policy a password must meet. tenant/realm fulfils it.
type Realms interface {
	ByID(ctx context.Context, realmID string) (*realm.Realm, error)
}

// Breached knows passwords that have leaked. secret.Breached fulfils it.
type Breached interface {
	Contains(password string) (bool, error)
}

// Deps is what the room needs. Breached may be nil: then there is no list.
type Deps struct {
	DB        *database.DB
	Events    *event.Log
	Passwords *secret.Passwords
	Sessions  Sessions
	Realms    Realms
	Breached  Breached
	Now       func() time.Time
}

// Service is what the room can do.
type Service struct {
	db        *database.DB
	events    *event.Log
	passwords *secret.Passwords
	sessions  Sessions
	realms    Realms
	breached  Breached
	now       func() time.Time
	common    map[string]struct{}
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Passwords == nil || d.Sessions == nil || d.Realms == nil || d.Now == nil {
		panic("user: DB, Events, Passwords, Sessions, Realms and Now are required")
	}
	return &Service{
		db: d.DB, events: d.Events, passwords: d.Passwords, sessions: d.Sessions, realms: d.Realms, breached: d.Breached, now: d.Now,
		common: blocked(),
	}
}

// NewUser is what an account is created from. Only Email is required.
type NewUser struct {
	Email string
	// Password is empty for somebody who will sign in another way.
	Password string
	// Verified says that the address is known to be the person's.
	Verified bool
	// MustChange makes the person choose another password at their first sign-in.
	MustChange                          bool
	Name, GivenName, FamilyName, Locale string
	// Place is what else the place is called where the password is chosen, such as
	// the application's name: it must not be all of the password.
	Place string
	// Attributes are values that meet the realm's profile schema, or nil.
	Attributes map[string]any
}

// Create makes an active account. It returns ErrEmailInvalid, ErrEmailTaken, or the
// fault of the first field or password rule that is broken. It hashes the password
// first, so it must not be called inside a transaction.
func (s *Service) Create(ctx context.Context, in *realm.Realm, n NewUser) (*User, error) {
	addr, key, err := Normalise(n.Email)
	if err != nil {
		return nil, err
	}
	now := database.At(s.now()).Time()
	u := &User{
		ID: id.New(), RealmID: in.ID, Email: addr, EmailVerified: n.Verified, Status: StatusActive, Version: 1,
		Attributes: map[string]any{}, MustChangePassword: n.MustChange, HasPassword: n.Password != "", CreatedAt: now, UpdatedAt: now,
	}
	profile := Profile{Name: &n.Name, GivenName: &n.GivenName, FamilyName: &n.FamilyName, Locale: &n.Locale, Attributes: n.Attributes}
	if _, err := profile.apply(u); err != nil {
		return nil, err
	}
	var p Password
	if u.HasPassword {
		ready, err := s.acceptable(ctx, in, u, n.Password, n.Place)
		if err != nil {
			return nil, err
		}
		if p, err = s.hash(ctx, ready); err != nil {
			return nil, err
		}
		u.PasswordChangedAt = now
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, u, key, p); err != nil {
			if errors.Is(err, database.ErrDuplicate) {
				return ErrEmailTaken
			}
			return fmt.Errorf("create user: %w", err)
		}
		return s.events.Record(ctx, u.Ref(), Created{EmailVerified: u.EmailVerified, HasPassword: u.HasPassword})
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}
