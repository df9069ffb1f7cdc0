package user

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
)

// Faults of erasure.
var (
	ErrErasureScheduled    = fault.New(fault.Conflict, "erasure_scheduled", "The account is going to be deleted already.")
	ErrErasureNotScheduled = fault.New(fault.Conflict, "erasure_not_scheduled", "The account is not going to be deleted.")
)

// Erasing reports whether all that is personal will be erased at a time that is set.
func (u *User) Erasing() bool { return !u.ErasureAt.IsZero() }

// Pseudonym names a person by a part of their id, for where events and audit go on
// to mention somebody who is no longer here.
func (u *User) Pseudonym() string { return "user-" + u.ID[max(0, len(u.ID)-12):] }

// ScheduleErasure sets when the person will be erased, and ends every session with
// all that was granted in it: from then on they can sign in only to change their
// mind. It returns ErrNotFound or ErrErasureScheduled.
func (s *Service) ScheduleErasure(ctx context.Context, realmID, userID string, at time.Time) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		done, err := s.setErasure(ctx, realmID, userID, at, "erasure_at = 0")
		if err != nil {
			return fmt.Errorf("schedule erasure of user %s: %w", userID, err)
		}
		if !done {
			return s.missed(ctx, realmID, userID, ErrErasureScheduled)
		}
		if err := s.sessions.EndAll(ctx, realmID, userID, "erasure_scheduled"); err != nil {
			return fmt.Errorf("schedule erasure of user %s: end sessions: %w", userID, err)
		}
		return s.events.Record(ctx, ref(realmID, userID), ErasureScheduled{At: database.At(at).Time()})
	})
}

// CancelErasure lets the person stay. It returns ErrNotFound or
// ErrErasureNotScheduled.
func (s *Service) CancelErasure(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		done, err := s.setErasure(ctx, realmID, userID, time.Time{}, "erasure_at > 0")
		if err != nil {
			return fmt.Errorf("cancel erasure of user %s: %w", userID, err)
		}
		if !done {
			return s.missed(ctx, realmID, userID, ErrErasureNotScheduled)
		}
		return s.events.Record(ctx, ref(realmID, userID), ErasureCancelled{})
	})
}

// ErasureDue returns at most limit people whose time has come, the longest due
// first.
func (s *Service) ErasureDue(ctx context.Context, limit int) ([]*User, error) {
	users, err := s.erasureDue(ctx, s.now(), limit)
	if err != nil {
		return nil, fmt.Errorf("list users to erase: %w", err)
	}
	return users, nil
}

// Erase takes away everything that the row of a user says about a person and ends
// their sessions. What stays is the id, which is the pseudonym under which events
// and audit go on, with the times of its creation and end; the address is free. It
// returns ErrNotFound for somebody who is not there or erased already. What other
// rooms hold is theirs to erase, in the same transaction.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.erase(ctx, realmID, userID, ErrNotFound, "1 = 1")
}

// EraseDue is Erase for somebody whose time has come; otherwise, and when they have
// changed their mind meanwhile, it is ErrErasureNotScheduled.
func (s *Service) EraseDue(ctx context.Context, realmID, userID string) error {
	return s.erase(ctx, realmID, userID, ErrErasureNotScheduled, "erasure_at > 0 AND erasure_at <= ?", database.At(s.now()))
}

func (s *Service) erase(ctx context.Context, realmID, userID string, otherwise error, condition string, args ...any) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		done, err := s.bury(ctx, realmID, userID, s.now(), condition, args...)
		if err != nil {
			return fmt.Errorf("erase user %s: %w", userID, err)
		}
		if !done {
			return otherwise
		}
		if err := s.forgetPasswords(ctx, realmID, userID, 0); err != nil {
			return fmt.Errorf("erase user %s: %w", userID, err)
		}
		if err := s.sessions.EndAll(ctx, realmID, userID, "user_deleted"); err != nil {
			return fmt.Errorf("erase user %s: end sessions: %w", userID, err)
		}
		return s.events.Record(ctx, ref(realmID, userID), Deleted{})
	})
}
