package flow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"authserver/internal/database"
)

// Prove records proofs and moves the flow one hop on, in the transaction of the
// step that earned them. It returns ErrStale when somebody else moved the flow
// since it was loaded (a second tab, a repeated submit), so that one hop is taken
// once; the caller's changes then roll back with it. After the commit f is the flow
// as stored. It returns ErrRefused when whoever watches sign-ins says no.
func (s *Service) Prove(ctx context.Context, f *Flow, proofs ...Proof) error {
	now := database.At(s.now()).Time()
	all := slices.Clone(f.Proofs)
	for _, p := range proofs {
		if p.At.IsZero() {
			p.At = now
		}
		all = append(all, p)
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.move(ctx, f, f.with(all), now); err != nil {
			return err
		}
		if s.watch == nil {
			return nil
		}
		return s.watch.Proven(ctx, f, proofs)
	})
}

// Deny records that the person said no; the dispatcher answers access_denied.
func (s *Service) Deny(ctx context.Context, f *Flow) error {
	return s.Prove(ctx, f, Proof{Step: Denied})
}

// Restart takes every proof away, so that the person begins with signing in, as
// another if they like. It is what "use another account" does.
func (s *Service) Restart(ctx context.Context, f *Flow) error {
	now := database.At(s.now()).Time()
	next := f.with([]Proof{{Step: SelectAccount, At: now, Method: MethodAnother}})
	next.SessionID = ""
	return s.move(ctx, f, next, now)
}

func (s *Service) move(ctx context.Context, f, next *Flow, now time.Time) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		moved, err := s.advance(ctx, f, next, now)
		if err != nil {
			return fmt.Errorf("move flow %s: %w", f.ID, err)
		}
		if !moved {
			return ErrStale
		}
		// Only now: a transaction that is tried again needs f as it was.
		s.db.AfterCommit(ctx, func() { *f = *next })
		return nil
	})
	return err
}

// Finish ends the flow in the transaction that issues its code. It returns
// ErrFinished when the flow is finished, expired or moved on since it was loaded:
// of two tabs, or two requests, one gets a code.
func (s *Service) Finish(ctx context.Context, f *Flow) error {
	now := database.At(s.now()).Time()
	return s.db.InTx(ctx, func(ctx context.Context) error {
		done, err := s.finish(ctx, f, now)
		if err != nil {
			return fmt.Errorf("finish flow %s: %w", f.ID, err)
		}
		if !done {
			return ErrFinished
		}
		s.db.AfterCommit(ctx, func() { f.FinishedAt = now })
		return nil
	})
}

// sweepBatch keeps the row locks of a sweep short.
const sweepBatch = 500

// Sweep removes flows that expired more than an hour ago, all in small batches, and
// returns how many. Until then the page can still say that the sign-in took too long.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.sweep(ctx, s.now().Add(-time.Hour), sweepBatch)
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("sweep flows: %w", err)
		}
		if n < sweepBatch {
			return total, nil
		}
	}
}
