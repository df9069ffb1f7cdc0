package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/tenant/application"
)

// Grants are the tokens that rest on a consent. oauth fulfils it.
type Grants interface {
	// RevokeApplication ends what the person gave to the application, in the
	// transaction of the context.
	RevokeApplication(ctx context.Context, realmID, userID, appID string) error
}

// Accounts finds the person whom the page shows. identity/user fulfils it.
type Accounts interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

// errUnsteady is returned for a grant that others remove as often as it is made.
var errUnsteady = errors.New("the consent is revoked again and again")

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Flows        *flow.Service
	Sessions     *session.Service
	Applications *application.Service
	Accounts     Accounts
	Grants       Grants
	Uses         Uses
	Letters      Letters
	Now          func() time.Time
}

// Service is what the room can do.
type Service struct {
	db       *database.DB
	events   *event.Log
	flows    *flow.Service
	sessions *session.Service
	apps     *application.Service
	accounts Accounts
	grants   Grants
	uses     Uses
	letters  Letters
	now      func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Flows == nil || d.Sessions == nil || d.Applications == nil ||
		d.Accounts == nil || d.Grants == nil || d.Uses == nil || d.Letters == nil || d.Now == nil {
		panic("consent: DB, Events, Flows, Sessions, Applications, Accounts, Grants, Uses, Letters and Now are required")
	}
	return &Service{
		db: d.DB, events: d.Events, flows: d.Flows, sessions: d.Sessions, apps: d.Applications,
		accounts: d.Accounts, grants: d.Grants, uses: d.Uses, letters: d.Letters, now: d.Now,
	}
}

// Ungranted returns those of the scopes that the person has not granted to the
// application, in their order. It is one statement. Inside a transaction it also
// holds the consent until the commit: whoever gives something out because of it
// there can be sure that a Revoke comes before, and is seen, or after, and ends it.
func (s *Service) Ungranted(ctx context.Context, realmID, userID, appID string, scopes []string) ([]string, error) {
	if len(scopes) == 0 {
		return nil, nil
	}
	find := s.find
	if database.Within(ctx) {
		find = s.lock
	}
	g, err := find(ctx, realmID, userID, appID)
	if err != nil {
		return nil, fmt.Errorf("read consent: %w", err)
	}
	return Missing(g.Scopes, scopes), nil
}

// Grant remembers that the person agreed to the scopes, beside those they agreed to
// before. It joins the transaction of the caller.
func (s *Service) Grant(ctx context.Context, realmID, userID, appID string, scopes []string) error {
	if len(scopes) == 0 {
		return nil
	}
	g := Grant{RealmID: realmID, UserID: userID, ApplicationID: appID, UpdatedAt: database.At(s.now()).Time()}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.widen(ctx, g, scopes); err != nil {
			return fmt.Errorf("grant scopes to application %s: %w", appID, err)
		}
		return s.events.Record(ctx, ref(realmID, userID), Granted{ApplicationID: appID, Scopes: scopes})
	})
}

// widenTries is how often a grant may disappear between two statements.
const widenTries = 3

// widen adds the scopes to the person's grant, which may be the first. A grant that
// is revoked between the two statements begins anew.
func (s *Service) widen(ctx context.Context, g Grant, scopes []string) error {
	first := g
	first.Scopes, first.GrantedAt = union(nil, scopes), g.UpdatedAt
	for range widenTries {
		if inserted, err := s.insert(ctx, first); err != nil || inserted {
			return err
		}
		old, err := s.lock(ctx, g.RealmID, g.UserID, g.ApplicationID)
		if err != nil {
			return err
		}
		g.Scopes = union(old.Scopes, scopes)
		if updated, err := s.update(ctx, g); err != nil || updated {
			return err
		}
	}
	return errUnsteady
}

// Revoke forgets what the person granted to the application and ends its tokens. It
// returns ErrNotGranted when there is nothing to revoke.
func (s *Service) Revoke(ctx context.Context, realmID, userID, appID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		g, err := s.lock(ctx, realmID, userID, appID)
		if err != nil {
			return fmt.Errorf("revoke consent to application %s: %w", appID, err)
		}
		if err := s.remove(ctx, realmID, userID, appID); err != nil {
			return fmt.Errorf("revoke consent to application %s: %w", appID, err)
		}
		if err := s.grants.RevokeApplication(ctx, realmID, userID, appID); err != nil {
			return fmt.Errorf("revoke tokens of application %s: %w", appID, err)
		}
		return s.events.Record(ctx, ref(realmID, userID), Revoked{ApplicationID: appID, Scopes: g.Scopes})
	})
}

// List returns what the person has granted, the oldest first.
func (s *Service) List(ctx context.Context, realmID, userID string) ([]Grant, error) {
	grants, err := s.list(ctx, realmID, userID)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return grants, nil
}
