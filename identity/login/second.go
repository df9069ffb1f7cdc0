package login

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// kindSecond counts guesses at a person's second factors, of every kind, in every flow
// and from every browser. It is a counter of its own because the right password opens
// the others: whoever has that would else begin anew with each sign-in (CVE-2024-32868,
// CVE-2026-56450). No device is known well enough to be spared it.
const kindSecond = "second"

// Barred is a lock that does not end with time.
const Barred = forever

func secondKey(userID string) counterKey { return counterKey{kindSecond, accountKey(userID)} }

// AdmitSecond counts a guess at one of the user's second factors and reports whether it
// may be compared at all. It commits on its own, so that the guess has been counted
// whatever becomes of the request. Closed is how long the counter stays closed: already,
// or if this very guess turns out wrong; 0 when it does not. It is Barred when only
// OpenSecond ends it. The attempt names the guess to ForgiveSecond.
func (s *Service) AdmitSecond(ctx context.Context, in *realm.Realm, userID string) (attempt string, open bool, closed time.Duration, err error) {
	attempt, open, closed, err = s.admitGuess(ctx, in, secondKey(userID))
	if err != nil {
		return "", false, 0, fmt.Errorf("count guess of user %s: %w", userID, err)
	}
	return attempt, open, closed, nil
}

// admitGuess counts a guess on one counter that stands by itself.
func (s *Service) admitGuess(ctx context.Context, in *realm.Realm, key counterKey) (attempt string, open bool, closed time.Duration, err error) {
	attempt = secret.Token("at_")
	err = s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		open, closed = false, 0
		now := s.now()
		rows, err := s.count(ctx, in.ID, attempt, []counterKey{key}, now)
		if err != nil {
			return err
		}
		if len(rows) != 1 {
			return fmt.Errorf("%d counters answered", len(rows))
		}
		open = rows[0].Admitted == attempt
		if !open {
			closed = min(rows[0].LockedUntil.Time().Sub(now), Barred)
			return nil
		}
		if closed = wait(in.Policy.Lockout, key.kind, rows[0].Failures); closed == 0 {
			return nil
		}
		return s.lock(ctx, in.ID, key, until(now, closed))
	})
	return attempt, open, closed, err
}

// ForgiveSecond takes a counted guess back: nothing was compared, or it was right and
// something else went wrong.
func (s *Service) ForgiveSecond(ctx context.Context, realmID, userID, attempt string) error {
	err := s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		return s.uncount(ctx, realmID, attempt, secondKey(userID))
	})
	if err != nil {
		return fmt.Errorf("take back guess of user %s: %w", userID, err)
	}
	return nil
}

// OpenSecond forgets the wrong guesses at the user's second factors: after a right one,
// in its transaction, or for an operator.
func (s *Service) OpenSecond(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.reset(ctx, realmID, secondKey(userID)); err != nil {
			return fmt.Errorf("open second factors of user %s: %w", userID, err)
		}
		return nil
	})
}
