package user

import (
	"context"
	"fmt"
	"unicode/utf8"

	"authserver/internal/failpoint"
)

// reasonMax bounds what an operator writes into an event.
const reasonMax = 500

// Update changes a profile and returns the user as it is then. It returns
// ErrNotFound, the fault of the first field that breaks a rule, or ErrChanged when
// somebody else changed the user at the same moment. Without a difference it records
// nothing.
func (s *Service) Update(ctx context.Context, realmID, userID string, p Profile) (*User, error) {
	var after *User
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		u, err := s.ByID(ctx, realmID, userID)
		if err != nil {
			return err
		}
		after = u
		if p.Version != 0 && p.Version != u.Version || u.Status == StatusErased {
			return ErrChanged
		}
		changed, err := p.apply(u)
		if err != nil || len(changed) == 0 {
			return err
		}
		now := s.now()
		stored, err := s.setProfile(ctx, u, now)
		if err != nil {
			return fmt.Errorf("update user %s: %w", userID, err)
		}
		if !stored {
			return ErrChanged
		}
		if after, err = s.ByID(ctx, realmID, userID); err != nil {
			return err
		}
		return s.events.Record(ctx, u.Ref(), Updated{Fields: changed})
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// Suspend bars a user from signing in and ends their sessions with all that was
// granted in them. It returns ErrNotFound, or ErrAlreadySuspended when there is
// nothing to do.
func (s *Service) Suspend(ctx context.Context, realmID, userID, reason string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		changed, err := s.setStatus(ctx, realmID, userID, StatusSuspended, s.now())
		if err != nil {
			return fmt.Errorf("suspend user %s: %w", userID, err)
		}
		if !changed {
			return s.missed(ctx, realmID, userID, ErrAlreadySuspended)
		}
		if err := failpoint.Hit(ctx, "user/suspended"); err != nil {
			return err
		}
		if err := s.sessions.EndAll(ctx, realmID, userID, "user_suspended"); err != nil {
			return fmt.Errorf("suspend user %s: end sessions: %w", userID, err)
		}
		return s.events.Record(ctx, ref(realmID, userID), Suspended{Reason: clip(reason)})
	})
}

// Restore lets a suspended user sign in again; what Suspend ended stays ended. It
// returns ErrNotFound, or ErrNotSuspended when there is nothing to do.
func (s *Service) Restore(ctx context.Context, realmID, userID, reason string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		changed, err := s.setStatus(ctx, realmID, userID, StatusActive, s.now())
		if err != nil {
			return fmt.Errorf("restore user %s: %w", userID, err)
		}
		if !changed {
			return s.missed(ctx, realmID, userID, ErrNotSuspended)
		}
		return s.events.Record(ctx, ref(realmID, userID), Restored{Reason: clip(reason)})
	})
}

// clip cuts a reason to reasonMax code points.
func clip(reason string) string {
	if utf8.RuneCountInString(reason) <= reasonMax {
		return reason
	}
	return string([]rune(reason)[:reasonMax])
}
