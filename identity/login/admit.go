package login

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"authserver/identity/user"
	"authserver/internal/secret"
)

// admit counts the attempt and decides whether a password may be compared at all. It
// commits on its own: what follows may fail, be abandoned or crash, and the attempt has
// been counted all the same.
func (s *Service) admit(ctx context.Context, c *claim) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		c.admitted, c.counted, c.locked, c.letter = false, nil, nil, nil // a transaction may run again
		if c.device != nil {
			if err := s.countOn(ctx, c, []counterKey{c.deviceKey()}); err != nil || c.admitted {
				return err
			}
		}
		return s.countOn(ctx, c, c.strangerKeys(s.identifierKey))
	})
	if err != nil {
		return fmt.Errorf("count attempt to sign in: %w", err)
	}
	return nil
}

// countOn counts on the keys, closes the counters whose limit is reached, and admits
// the attempt if all of them were open.
func (s *Service) countOn(ctx context.Context, c *claim, keys []counterKey) error {
	now := s.now()
	rows, err := s.count(ctx, c.realm.ID, c.attempt, keys, now)
	if err != nil {
		return err
	}
	if len(rows) != len(keys) {
		return fmt.Errorf("%d of %d counters answered", len(rows), len(keys))
	}
	c.admitted = true
	for _, r := range rows {
		if r.Admitted != c.attempt {
			c.admitted = false
			continue
		}
		k := counterKey{r.Kind, r.KeyDigest}
		c.counted = append(c.counted, k)
		d := wait(c.realm.Policy.Lockout, r.Kind, r.Failures)
		if d == 0 {
			continue
		}
		if r.Kind == kindAccount && tells(c.realm.Policy.Lockout, r.Failures) {
			c.letter = &d
		}
		if err := s.lock(ctx, c.realm.ID, k, until(now, d)); err != nil {
			return err
		}
		// Told when the attempt turns out to have failed; account and address
		// close together and are told once.
		c.locked = &Locked{Identifier: hex.EncodeToString(c.identifier), Failures: r.Failures, Device: r.Kind == kindDevice}
		if d != forever {
			c.locked.Seconds = int64(d / time.Second)
		}
	}
	return nil
}

// deviceKey counts the guesses from a browser that the person has used before.
func (c *claim) deviceKey() counterKey {
	return counterKey{kindDevice, secret.Digest(c.credential.ID + "\x00" + c.device.id)}
}

// strangerKeys are the counters of account and address, always in this order. What is
// nobody's account has a counter all the same: the same statements, the same lock.
func (c *claim) strangerKeys(key []byte) []counterKey {
	account := secret.MAC(key, "nobody", string(c.identifier))
	if c.credential != nil {
		account = accountKey(c.credential.ID)
	}
	return []counterKey{{kindAccount, account}, {kindIdentifier, c.identifier}}
}

func accountKey(userID string) []byte { return secret.Digest(userID) }

// open forgets the failures before a success: of the account, of the address and of
// the device.
func (s *Service) open(ctx context.Context, c *claim) error {
	keys := c.strangerKeys(s.identifierKey)
	if c.device != nil {
		keys = append(keys, c.deviceKey())
	}
	for _, k := range keys {
		if err := s.reset(ctx, c.realm.ID, k); err != nil {
			return fmt.Errorf("reset counters: %w", err)
		}
	}
	return nil
}

// forgive takes the attempt off the counters: no password was compared, or it was the
// right one.
func (s *Service) forgive(ctx context.Context, c *claim) error {
	err := s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		for _, k := range c.counted {
			if err := s.uncount(ctx, c.realm.ID, c.attempt, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take back attempt to sign in: %w", err)
	}
	return nil
}

// Unlock opens an account that too many wrong passwords have closed, and the way to
// recover it, for an operator or a recovery. Guesses at second factors stay counted: a
// recovery must not give new ones (see OpenSecond).
func (s *Service) Unlock(ctx context.Context, u *user.User) error {
	_, key, err := user.Normalise(u.Email)
	if err != nil {
		return fmt.Errorf("unlock user %s: %w", u.ID, err)
	}
	keys := []counterKey{
		{kindAccount, accountKey(u.ID)}, {kindIdentifier, secret.MAC(s.identifierKey, u.RealmID, key)}, s.recoveryKey(u.RealmID, key),
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		for _, k := range keys {
			if err := s.reset(ctx, u.RealmID, k); err != nil {
				return fmt.Errorf("unlock user %s: %w", u.ID, err)
			}
		}
		return nil
	})
}

const (
	// Failures are remembered for long: the limit is about consecutive failures, not
	// about failures a day (NIST SP 800-63B-4 §3.2.2). One or two are a typing error,
	// or somebody trying addresses that are nobody's; those would fill the table.
	forgetFew   = 30 * 24 * time.Hour
	forgetAfter = 365 * 24 * time.Hour
	few         = 2
	sweepBatch  = 500
)

// Sweep removes counters that nobody has used for long, in small batches, and returns
// how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.sweep(ctx, s.now(), sweepBatch)
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("sweep counters: %w", err)
		}
		if n < sweepBatch {
			return total, nil
		}
	}
}
