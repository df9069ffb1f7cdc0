package challenge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"authserver/internal/database"
	"authserver/internal/secret"
)

// CheckCode compares what a person typed with the live code of that purpose, user
// and binding. The guess is counted first, in a transaction that commits whatever
// follows, so it must not be called inside another. It returns ErrWrongCode, or
// ErrDead when there is nothing to guess at any more. Nothing is spent yet: see
// Spend.
func (s *Service) CheckCode(ctx context.Context, realmID string, p Purpose, userID, binding, code string) (*Challenge, error) {
	if database.Within(ctx) {
		return nil, errors.New("check code: a guess must be counted even if the caller rolls back")
	}
	code = clean(code)
	var r *row
	// A client that hangs up has guessed all the same.
	err := s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context) (err error) {
		r, err = s.try(ctx, realmID, p, userID, binding, s.now())
		return err
	})
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrDead
	}
	if err != nil {
		return nil, fmt.Errorf("check code %s: %w", p, err)
	}
	if len(r.Code) == 0 {
		return nil, ErrDead
	}
	for _, key := range s.keys {
		if secret.Equal(r.Code, mac(key, r.ID, code)) {
			return s.open(*r)
		}
	}
	if r.Tries+1 >= Tries {
		return nil, ErrDead
	}
	return nil, ErrWrongCode
}

// CheckToken returns what the secret of a link stands for, or ErrDead. It reads
// only: a page may show it, and a scanner of links may follow it.
func (s *Service) CheckToken(ctx context.Context, realmID string, p Purpose, token string) (*Challenge, error) {
	if len(token) != len(tokenPrefix)+43 {
		return nil, ErrDead
	}
	r, err := s.byToken(ctx, realmID, p, secret.Digest(token), s.now())
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrDead
	}
	if err != nil {
		return nil, fmt.Errorf("check link %s: %w", p, err)
	}
	return s.open(*r)
}

// Spend redeems what CheckCode or CheckToken returned, in the transaction of what it
// allows. It returns ErrDead when somebody was quicker; the caller's transaction must
// then be given up.
func (s *Service) Spend(ctx context.Context, c *Challenge) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.spend(ctx, c, s.now())
		if err != nil {
			return fmt.Errorf("spend challenge %s: %w", c.Purpose, err)
		}
		if !ok {
			return ErrDead
		}
		return nil
	})
}

// Kill ends the user's live secrets of the purposes, of all when none is named: what
// a changed address or password must take with it.
func (s *Service) Kill(ctx context.Context, realmID, userID string, purposes ...Purpose) error {
	names := make([]string, len(purposes))
	for i, p := range purposes {
		names[i] = string(p)
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.kill(ctx, realmID, userID, names, s.now()); err != nil {
			return fmt.Errorf("kill challenges of user %s: %w", userID, err)
		}
		return nil
	})
}

// Erase removes everything that is kept about a user.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error { return s.erase(ctx, realmID, userID) })
}

const (
	// keepFor is how long a dead secret can still be looked up; an address is
	// remembered as long, so that its hourly count is never forgotten too early.
	keepFor = 24 * time.Hour
	// sweepBatch keeps the row locks of a sweep short.
	sweepBatch = 500
)

// Sweep removes secrets that expired a day ago, in small batches, and returns how
// many.
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
			return total, fmt.Errorf("sweep challenges: %w", err)
		}
		if n < sweepBatch {
			return total, nil
		}
	}
}

// clean takes away what people and keyboards put between digits.
func clean(code string) string {
	if len(code) > 64 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, code)
}
