package session

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// rewriteAfter is how old last_seen_at may be before Seen writes it again.
const rewriteAfter = time.Minute

// Current returns the live session of the realm that the cookie's value opens, or nil
// when there is none: never was, expired, or ended. It is one statement. Whether the
// user may still sign in needs no second one: suspending a user ends their sessions.
func (s *Service) Current(ctx context.Context, in *realm.Realm, value string) (*Session, error) {
	if len(value) != len(valuePrefix)+43 {
		return nil, nil
	}
	c, err := s.find(ctx, "realm_id = ? AND digest = ?", in.ID, secret.Digest(value))
	if err != nil || c == nil || !c.Live(s.now()) {
		return nil, err
	}
	return c, nil
}

// ByID returns a session of the realm, live or not, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, sessionID string) (*Session, error) {
	if !id.Valid(sessionID) {
		return nil, ErrNotFound
	}
	c, err := s.find(ctx, "realm_id = ? AND id = ?", realmID, sessionID)
	if err == nil && c == nil {
		err = ErrNotFound
	}
	return c, err
}

// listMost bounds what List returns: nobody has so many browsers.
const listMost = 200

// List returns the live sessions of a user, the last used first.
func (s *Service) List(ctx context.Context, realmID, userID string) ([]*Session, error) {
	sessions, err := s.living(ctx, realmID, userID, s.now())
	if err != nil {
		return nil, fmt.Errorf("list sessions of user %s: %w", userID, err)
	}
	return sessions, nil
}

// Touch marks the session as used, in the transaction of a verb that gives something
// out because of it, and locks its row until that commits. It returns ErrEnded when the
// session is over, so that nothing is given out after End has returned.
func (s *Service) Touch(ctx context.Context, c *Session) error {
	now := database.At(s.now()).Time()
	idle := c.IdleExpiresAt.Sub(c.LastSeenAt)
	if c.IdleExpiresAt.Equal(c.ExpiresAt) {
		idle = c.ExpiresAt.Sub(now) // already bounded by the absolute limit, which stays
	}
	seen := *c
	seen.seen(idle, now)
	return s.db.InTx(ctx, func(ctx context.Context) error {
		live, err := s.write(ctx, c.RealmID, c.ID, map[string]any{
			"last_seen_at": database.At(seen.LastSeenAt), "idle_expires_at": database.At(seen.IdleExpiresAt),
		}, now)
		if err != nil {
			return fmt.Errorf("touch session %s: %w", c.ID, err)
		}
		if !live {
			return ErrEnded
		}
		s.db.AfterCommit(ctx, func() { *c = seen })
		return nil
	})
}

// Seen is Touch for requests that only look: it writes at most once a minute, and
// without a reason to hold a lock it writes nothing.
func (s *Service) Seen(ctx context.Context, c *Session) error {
	if s.now().Sub(c.LastSeenAt) < rewriteAfter {
		return nil
	}
	return s.Touch(ctx, c)
}
