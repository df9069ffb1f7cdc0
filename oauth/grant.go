package oauth

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/fault"
)

// ErrGrantNotFound says that there is no such grant, or no longer.
var ErrGrantNotFound = fault.New(fault.NotFound, "grant_not_found", "There is no such grant.")

// someGrants is how many grants are ended in one transaction, so that ending those of a
// large application holds up nobody else.
const someGrants = 500

// Grant is what a person gave to an application by signing in to it.
type Grant struct {
	ID, UserID, ApplicationID string
	// SessionID is the browser session that it ends with; empty for one that outlives it.
	SessionID            string
	Scopes, Audience     []string
	Offline              bool
	CreatedAt, ExpiresAt time.Time
}

// Grants returns up to f.Limit live grants of a realm.
func (s *Service) Grants(ctx context.Context, realmID string, f GrantFilter) ([]Grant, error) {
	rows, err := s.grants(ctx, realmID, f, s.now())
	if err != nil {
		return nil, err
	}
	list := make([]Grant, 0, len(rows))
	for _, r := range rows {
		list = append(list, Grant{
			ID: r.ID, UserID: r.UserID, ApplicationID: r.ApplicationID, SessionID: r.SessionID, Scopes: decodeList(r.Scopes),
			Audience: decodeList(r.Audience), Offline: r.Offline, CreatedAt: r.CreatedAt.Time(), ExpiresAt: r.ExpiresAt.Time(),
		})
	}
	return list, nil
}

// RevokeGrant ends one grant of a person with all its tokens, or is ErrGrantNotFound.
func (s *Service) RevokeGrant(ctx context.Context, realmID, userID, grantID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.burnCodes(ctx, realmID, s.now(), `grant_id = ?`, grantID); err != nil {
			return err
		}
		ended, err := s.endGrants(ctx, realmID, `user_id = ? AND id = ?`, s.now(), userID, grantID)
		if err != nil {
			return err
		}
		if len(ended) == 0 {
			return ErrGrantNotFound
		}
		return s.announce(ctx, realmID, reasonAdministrator, ended)
	})
}

// RevokeGrants ends what a person gave to any application, or with an id to that one.
// Consents stay: the person is not asked again for what they agreed to.
func (s *Service) RevokeGrants(ctx context.Context, realmID, userID, applicationID string) error {
	where, args := `user_id = ?`, []any{userID}
	if applicationID != "" {
		where, args = where+` AND application_id = ?`, append(args, applicationID)
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.burnCodes(ctx, realmID, s.now(), where, args...); err != nil {
			return err
		}
		ended, err := s.endGrants(ctx, realmID, where, s.now(), args...)
		if err != nil {
			return err
		}
		return s.announce(ctx, realmID, reasonAdministrator, ended)
	})
}

// RevokeEverybody ends what anybody gave to an application, some grants at a time: it may
// have lost its secrets. Whoever signs in to it meanwhile may stay.
func (s *Service) RevokeEverybody(ctx context.Context, realmID, applicationID string) error {
	for first := true; ; first = false {
		n := 0
		err := s.db.InTx(ctx, func(ctx context.Context) error {
			if first {
				if err := s.burnCodes(ctx, realmID, s.now(), `application_id = ?`, applicationID); err != nil {
					return err
				}
			}
			ended, err := s.endSome(ctx, realmID, applicationID, s.now(), someGrants)
			if err != nil {
				return err
			}
			n = len(ended)
			return s.announce(ctx, realmID, reasonAdministrator, ended)
		})
		if err != nil {
			return fmt.Errorf("revoke grants of application %s: %w", applicationID, err)
		}
		if n < someGrants {
			return nil
		}
	}
}
