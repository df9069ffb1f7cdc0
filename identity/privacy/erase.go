package privacy

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/failpoint"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// ErrUnconfirmed refuses to delete an account whose address was not typed again.
var ErrUnconfirmed = fault.New(fault.Invalid, "erasure_unconfirmed", "That is not the address of this account.").At("email")

// Eraser is a room that holds something about people. Erase removes all of it, in the
// transaction of the context; there may be nothing.
type Eraser interface {
	Erase(ctx context.Context, realmID, userID string) error
}

// EraserFunc is an Eraser.
type EraserFunc func(ctx context.Context, realmID, userID string) error

// Erase implements Eraser.
func (f EraserFunc) Erase(ctx context.Context, realmID, userID string) error {
	return f(ctx, realmID, userID)
}

// Schedule has a person erased when the realm's grace is over, at once without any,
// and writes to them how to stay. It returns when; user.ErrErasureScheduled if it is
// so already.
func (s *Service) Schedule(ctx context.Context, in *realm.Realm, userID string) (time.Time, error) {
	u, err := s.users.ByID(ctx, in.ID, userID)
	if err != nil {
		return time.Time{}, err
	}
	if u.Status == user.StatusErased {
		return time.Time{}, user.ErrNotFound
	}
	grace := in.Policy.ErasureGrace
	if grace == 0 {
		return s.now(), s.Erase(ctx, in.ID, userID)
	}
	at := s.now().Add(grace)
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.users.ScheduleErasure(ctx, in.ID, userID, at); err != nil {
			return err
		}
		_, key, err := user.Normalise(u.Email)
		if err != nil {
			return err
		}
		// Always: whoever deletes another's account must not be able to silence
		// this letter by asking for others first.
		way, err := s.challenges.Issue(ctx, challenge.Request{
			RealmID: in.ID, Purpose: challenge.CancelErasure, UserID: userID, Address: key, Lifetime: grace, Link: true, Always: true,
		})
		if err != nil {
			return err
		}
		l := s.letter(u, letter.ErasureScheduled, map[string]string{
			"date": at.UTC().Format(time.DateOnly), "link": s.issuer(in.Slug) + cancelPath + "?token=" + way.Token,
		})
		l.ExpiresAt = way.ExpiresAt
		return s.others.Letters.Send(ctx, l)
	})
	return at, err
}

// Cancel lets a person stay who was going to be erased, and tells them.
func (s *Service) Cancel(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.users.CancelErasure(ctx, realmID, userID); err != nil {
			return err
		}
		if err := s.challenges.Kill(ctx, realmID, userID, challenge.CancelErasure); err != nil {
			return err
		}
		u, err := s.users.ByID(ctx, realmID, userID)
		if err != nil {
			return err
		}
		return s.others.Letters.Send(ctx, s.letter(u, letter.ErasureCancelled, nil))
	})
}

// cancelBy is Cancel by the link in the letter. It returns challenge.ErrDead for one
// that opens nothing.
func (s *Service) cancelBy(ctx context.Context, c *challenge.Challenge) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.challenges.Spend(ctx, c); err != nil {
			return err
		}
		err := s.Cancel(ctx, c.RealmID, c.UserID)
		if errors.Is(err, user.ErrErasureNotScheduled) || errors.Is(err, user.ErrNotFound) {
			return challenge.ErrDead
		}
		return err
	})
}

// Erase erases a person at once, in one transaction, and tells them. It returns
// user.ErrNotFound for somebody who is not there or erased already.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.erase(ctx, realmID, userID, s.users.Erase)
}

func (s *Service) erase(ctx context.Context, realmID, userID string, bury func(ctx context.Context, realmID, userID string) error) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		u, err := s.users.ByID(ctx, realmID, userID)
		if err != nil {
			return err
		}
		// The row first: from here on nobody can sign in or change their mind.
		if err := bury(ctx, realmID, userID); err != nil {
			return err
		}
		if err := failpoint.Hit(ctx, "privacy/buried"); err != nil {
			return err
		}
		for _, e := range append([]Eraser{s.challenges, EraserFunc(s.remove)}, s.others.Erasers...) {
			if err := e.Erase(ctx, realmID, userID); err != nil {
				return fmt.Errorf("erase user %s: %w", userID, err)
			}
		}
		last := s.letter(u, letter.Erased, nil)
		last.UserID = "" // the address belongs to nobody here any more
		return s.others.Letters.Send(ctx, last)
	})
}

// dueBatch is how many people are looked up at a time.
const dueBatch = 20

// EraseDue erases everybody whose time has come, each in a transaction of their own,
// and returns how many. What fails for one keeps nobody else here.
func (s *Service) EraseDue(ctx context.Context) (int, error) {
	due, err := s.users.ErasureDue(ctx, dueBatch)
	if err != nil {
		return 0, err
	}
	erased := 0
	var failures []error
	for _, u := range due {
		err := s.erase(ctx, u.RealmID, u.ID, s.users.EraseDue)
		switch {
		case err == nil:
			erased++
		case !errors.Is(err, user.ErrErasureNotScheduled) && !errors.Is(err, user.ErrNotFound):
			failures = append(failures, err) // else another node was quicker, or the person
		}
	}
	return erased, errors.Join(failures...)
}

// confirmed reports whether what was typed is the address of the account, in any
// spelling.
func confirmed(u *user.User, typed string) bool {
	_, key, err := user.Normalise(u.Email)
	_, again, wrong := user.Normalise(typed)
	return err == nil && wrong == nil && key == again
}

// days is the realm's grace in days, as people count them.
func days(in *realm.Realm) int {
	return int(math.Ceil(in.Policy.ErasureGrace.Hours() / 24))
}
