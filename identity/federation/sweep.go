package federation

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	sweepBatch = 500
	// sessionsFor is longer than any session can last.
	sessionsFor = 32 * 24 * time.Hour
)

// Sweep removes trips that are long over, identities that waited in vain, and the notes
// about sessions that have ended by their age, in small batches, and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for _, room := range []struct {
		what   string
		before time.Time
		sweep  func(context.Context, time.Time, int) (int, error)
	}{
		{"states", s.now().Add(-time.Hour), s.sweepStates},
		{"pending identities", s.now().Add(-time.Hour), s.sweepPending},
		{"sessions", s.now().Add(-sessionsFor), s.sweepSessions},
	} {
		for {
			n := 0
			err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
				n, err = room.sweep(ctx, room.before, sweepBatch)
				return err
			})
			total += n
			if err != nil {
				return total, fmt.Errorf("sweep %s of federation: %w", room.what, err)
			}
			if n < sweepBatch {
				break
			}
		}
	}
	return total, nil
}

// Reseal seals the providers' secrets with the newest key of the ring, and returns how
// many it changed. What does not open is left as it is and reported.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	var errs []error
	done := 0
	for after := ""; ; {
		providers, err := s.sealedAfter(ctx, after, 100)
		if err != nil {
			return done, fmt.Errorf("reseal provider secrets: %w", err)
		}
		for _, p := range providers {
			changed, err := s.reseal(ctx, p)
			if err != nil {
				errs = append(errs, fmt.Errorf("reseal the secret of provider %s: %w", p.ID, err))
			}
			if changed {
				done++
			}
		}
		if len(providers) == 0 || ctx.Err() != nil {
			return done, errors.Join(append(errs, ctx.Err())...)
		}
		after = providers[len(providers)-1].ID
	}
}

func (s *Service) reseal(ctx context.Context, p *Provider) (bool, error) {
	if s.ring.Current(p.secret) {
		return false, nil
	}
	plain, err := s.ring.Open(p.secret, p.place()...)
	if err != nil {
		return false, err
	}
	sealed, err := s.ring.Seal(plain, p.place()...)
	if err != nil {
		return false, err
	}
	changed := false
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if changed, err = s.replaceSealed(ctx, p, sealed); err != nil {
			return err
		}
		return s.db.Changed(ctx, Topic, p.RealmID)
	})
	return changed && err == nil, err
}
