package totp

import (
	"context"
	"time"
)

// RemoveSince removes the user's secret if it was confirmed at that time or later, in the
// transaction of the context: for an account that its owner takes back.
func (s *Service) RemoveSince(ctx context.Context, realmID, userID string, since time.Time) error {
	confirmed, err := s.Since(ctx, realmID, userID)
	if err != nil || confirmed.IsZero() || confirmed.Before(since) {
		return err
	}
	_, err = s.RemoveAll(ctx, realmID, userID)
	return err
}
