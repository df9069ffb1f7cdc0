package passkey

import (
	"context"
	"fmt"
	"time"
)

// RemoveSince removes the person's passkeys that were added at that time or later, in the
// transaction of the context: for an account that its owner takes back. Sessions,
// letters and trust are the caller's.
func (s *Service) RemoveSince(ctx context.Context, realmID, userID string, since time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, realmID, userID); err != nil {
			return fmt.Errorf("remove new passkeys of user %s: %w", userID, err)
		}
		all, err := s.many(ctx, realmID, userID)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.CreatedAt.Before(since) {
				continue
			}
			if _, err := s.removed(ctx, p); err != nil {
				return fmt.Errorf("remove passkey %s: %w", p.ID, err)
			}
			if err := s.events.Record(ctx, ref(realmID, userID), Revoked{PasskeyID: p.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}
