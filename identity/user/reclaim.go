package user

import (
	"context"
	"fmt"

	"authserver/internal/database"
)

// Reclaimed is recorded when an account, whose address was never shown to be its
// user's, goes over to the address's owner with nothing in it.
type Reclaimed struct{}

// EventType names the event.
func (Reclaimed) EventType() string { return "user.reclaimed" }

// Reclaim gives an active account with an unproven address to the owner of the address,
// who has proven it: password, profile and sessions of whoever made the account are
// gone, the address is verified (security rule FED-09). It returns ErrNotEligible when
// the account is not there, may not be signed in to, or has proven its address by now;
// the transaction must then be given up. What other rooms let people sign in with is
// theirs to take away, in the same transaction.
func (s *Service) Reclaim(ctx context.Context, realmID, userID string) error {
	columns, err := profile(&User{})
	if err != nil {
		return err
	}
	for name, value := range map[string]any{
		"email_verified": true, "password_hash": "", "password_serial": plusOne("password_serial"), "must_change_password": false,
		"password_changed_at": database.Micros(0), "erasure_at": database.Micros(0),
	} {
		columns[name] = value
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		done, err := s.set(ctx, realmID, userID, stamped(s.now(), columns), "status = ? AND email_verified = ?", string(StatusActive), false)
		if err != nil {
			return fmt.Errorf("reclaim user %s: %w", userID, err)
		}
		if !done {
			return ErrNotEligible
		}
		if err := s.retell(ctx, realmID, userID); err != nil {
			return fmt.Errorf("reclaim user %s: %w", userID, err)
		}
		if err := s.forgetPasswords(ctx, realmID, userID, 0); err != nil {
			return fmt.Errorf("reclaim user %s: %w", userID, err)
		}
		if err := s.sessions.EndAll(ctx, realmID, userID, "user_reclaimed"); err != nil {
			return fmt.Errorf("reclaim user %s: end sessions: %w", userID, err)
		}
		return s.events.Record(ctx, ref(realmID, userID), Reclaimed{}, EmailVerified{})
	})
}
