package user

import (
	"context"
	"fmt"

	"authserver/internal/database"
)

// Enter stamps a sign-in for which no password was asked (a passkey, another provider),
// in the transaction that begins its session. It returns ErrNotEligible when the user is
// not there or may not sign in; the transaction must then be given up. Like SignedIn it
// holds the row, so that a suspension has an order with the session that follows.
func (s *Service) Enter(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.set(ctx, realmID, userID, map[string]any{"last_login_at": database.At(s.now())}, "status = ?", string(StatusActive))
		if err != nil {
			return fmt.Errorf("stamp sign-in of user %s: %w", userID, err)
		}
		if !ok {
			return ErrNotEligible
		}
		return nil
	})
}
