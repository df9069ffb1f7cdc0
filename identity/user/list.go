package user

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Filter selects users for List. The zero value means all of the realm, from the oldest
// on, but for those who are erased.
type Filter struct {
	Status        Status
	EmailVerified *bool
	HasFactor     *bool
	// Query is the beginning of an address or a name, or a whole phone number or id. Case
	// does not matter.
	Query                       string
	CreatedAfter, CreatedBefore time.Time
	After                       string // id of the last user seen
	Limit                       int
}

// List returns users of the realm in the order of their creation; those whom the
// beginning of an address or name finds, in the order of what was found. It returns
// ErrChanged when the last user seen is not among them any more.
func (s *Service) List(ctx context.Context, realmID string, f Filter) ([]*User, error) {
	f.Query = strings.TrimSpace(f.Query)
	all, err := s.list(ctx, realmID, f)
	if err != nil {
		return nil, fmt.Errorf("list users of realm %s: %w", realmID, err)
	}
	return all, nil
}

// RequirePasswordChange makes the user choose another password at the next sign-in, and
// ends their sessions.
func (s *Service) RequirePasswordChange(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		columns := stamped(s.now(), map[string]any{"must_change_password": true})
		changed, err := s.set(ctx, realmID, userID, columns, "status <> ? AND password_hash <> ''", string(StatusErased))
		if err != nil {
			return fmt.Errorf("require a password change of user %s: %w", userID, err)
		}
		if !changed {
			return s.missed(ctx, realmID, userID, ErrNoPassword)
		}
		if err := s.sessions.EndAll(ctx, realmID, userID, "password_change_required"); err != nil {
			return fmt.Errorf("require a password change of user %s: end sessions: %w", userID, err)
		}
		return s.events.Record(ctx, ref(realmID, userID), Updated{Fields: []string{"must_change_password"}})
	})
}

// Readdress gives an account another address by an administrator's word, verified or not.
func (s *Service) Readdress(ctx context.Context, realmID, userID, address string, verified bool) error {
	addr, key, err := Normalise(address)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		columns := stamped(s.now(), map[string]any{"email": addr, "email_key": key, "email_verified": verified})
		ok, err := s.setAddress(ctx, realmID, userID, columns, "status <> ?", string(StatusErased))
		if err != nil {
			return fmt.Errorf("change address of user %s: %w", userID, err)
		}
		if !ok {
			return ErrNotFound
		}
		return s.events.Record(ctx, ref(realmID, userID), EmailChanged{})
	})
}
