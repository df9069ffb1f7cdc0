package session

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/failpoint"
)

// End ends a session and what was granted in it, in one transaction. A session that
// has ended already, or that the realm does not have, is no error: signing out twice
// is signing out.
func (s *Service) End(ctx context.Context, realmID, sessionID, reason string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		ended, err := s.end(ctx, realmID, reason, s.now(), "id = ?", sessionID)
		if err != nil {
			return fmt.Errorf("end session %s: %w", sessionID, err)
		}
		if len(ended) == 0 {
			return nil
		}
		if err := failpoint.Hit(ctx, "session/ended"); err != nil {
			return err
		}
		if err := s.grants.RevokeSession(ctx, realmID, sessionID, reason); err != nil {
			return fmt.Errorf("end session %s: revoke grants: %w", sessionID, err)
		}
		return s.record(ctx, realmID, reason, ended)
	})
}

// EndAll ends every session of a user and revokes everything granted to applications
// in their name, in one transaction.
func (s *Service) EndAll(ctx context.Context, realmID, userID, reason string) error {
	return s.endOf(ctx, realmID, userID, reason, "user_id = ?", userID)
}

// EndOthers is EndAll, but the session keep goes on; what was granted in it ends, too.
func (s *Service) EndOthers(ctx context.Context, realmID, userID, keep, reason string) error {
	return s.endOf(ctx, realmID, userID, reason, "user_id = ? AND id <> ?", userID, keep)
}

func (s *Service) endOf(ctx context.Context, realmID, userID, reason, condition string, args ...any) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		ended, err := s.end(ctx, realmID, reason, s.now(), condition, args...)
		if err != nil {
			return fmt.Errorf("end sessions of user %s: %w", userID, err)
		}
		if err := failpoint.Hit(ctx, "session/ended_all"); err != nil {
			return err
		}
		// Grants outlive sessions (offline_access), so they end even where no
		// session is left.
		if err := s.grants.RevokeUser(ctx, realmID, userID); err != nil {
			return fmt.Errorf("end sessions of user %s: revoke grants: %w", userID, err)
		}
		return s.record(ctx, realmID, reason, ended)
	})
}

func (s *Service) record(ctx context.Context, realmID, reason string, ended []row) error {
	now := database.At(s.now())
	for _, r := range ended {
		if r.IdleExpiresAt <= now {
			continue // it had expired; only what was granted in it was left to end
		}
		if err := s.events.Record(ctx, ref(realmID, r.ID), Ended{UserID: r.UserID, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

const (
	// keepFor is how long a session can still be looked up after it is over.
	keepFor = 7 * 24 * time.Hour
	// sweepBatch keeps the row locks of a sweep short.
	sweepBatch = 500
)

// Sweep removes sessions that have been over for a week, in small batches, and
// returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.sweep(ctx, s.now().Add(-keepFor), sweepBatch)
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("sweep sessions: %w", err)
		}
		if n < sweepBatch {
			return total, nil
		}
	}
}
