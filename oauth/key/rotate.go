package key

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// batch bounds what one call of RotateDue does of each kind. Realms made
// together fall due together, and each RSA key is a second of a core.
const batch = 20

// Ensure makes the first keys of a realm: RS256 and ES256, active at once, since
// nobody can have cached a key set without them. It joins the transaction of
// ctx, or opens its own, and leaves keys alone that exist.
func (s *Service) Ensure(ctx context.Context, realmID string) error {
	for _, algorithm := range []string{RS256, ES256} {
		if _, err := s.create(ctx, realmID, algorithm, StateActive); err != nil {
			return fmt.Errorf("first keys of realm %s: %w", realmID, err)
		}
	}
	return nil
}

// Rotate replaces the realm's keys of the given algorithms (none: of all that
// it has). It publishes a next key, which RotateDue lets sign a day later;
// where one is published already it leaves it at that. With now, a fresh key
// signs at once, and verifiers must ask for the key set again when they meet
// its kid; a next key that was published is retired unused, because whoever got
// hold of the active one may have it too. What the old key has signed stays
// valid: Withdraw ends that.
func (s *Service) Rotate(ctx context.Context, realmID string, now bool, algorithms ...string) error {
	if len(algorithms) == 0 {
		keys, err := s.List(ctx, realmID)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k.State == StateActive {
				algorithms = append(algorithms, k.Algorithm)
			}
		}
	}
	slices.Sort(algorithms)
	for _, algorithm := range slices.Compact(algorithms) {
		step := s.publish
		if now {
			step = s.replace
		}
		if err := step(ctx, realmID, algorithm); err != nil {
			return fmt.Errorf("rotate %s key of realm %s: %w", algorithm, realmID, err)
		}
	}
	return nil
}

// RotateDue does what time asks for in all realms: publishes successors, lets
// those sign that are known by now, and forgets old ones. It is meant to be
// called every minute or so, by every node: each step is conditional, so that
// nodes that do the same step end with one result. It goes on past a realm that
// fails and returns all errors.
func (s *Service) RotateDue(ctx context.Context) error {
	ctx = acting(ctx)
	now := s.stamp()
	steps := []struct {
		name string
		due  func(context.Context, time.Time, int) ([]row, error)
		age  time.Duration
		act  func(context.Context, row) error
	}{
		{"activate key", s.dueForUse, publishAhead, s.activate},
		{"publish successor of key", s.dueForSuccessor, activeFor - publishAhead, s.succeed},
		{"forget key", s.dueForOblivion, keptAfter, s.forget},
	}
	var errs []error
	for _, step := range steps {
		rows, err := step.due(ctx, now.Add(-step.age), batch)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", step.name, err))
			continue
		}
		for _, r := range rows {
			if ctx.Err() != nil {
				return errors.Join(append(errs, ctx.Err())...)
			}
			if err := step.act(ctx, r); err != nil {
				errs = append(errs, fmt.Errorf("%s %s of realm %s: %w", step.name, r.ID, r.RealmID, err))
			}
		}
	}
	return errors.Join(errs...)
}

// Withdraw takes a key out of the realm at once, because it may have leaked:
// nothing that it has signed is accepted from now on. It refuses the active key
// with ErrActive: rotate first, so that the realm can go on signing.
func (s *Service) Withdraw(ctx context.Context, realmID, kid string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.lookup(ctx, realmID, kid)
		if err != nil {
			return err
		}
		if r.State == StateActive {
			return ErrActive
		}
		gone, err := s.deleteRow(ctx, realmID, kid)
		if err != nil {
			return fmt.Errorf("withdraw key %s: %w", kid, err)
		}
		if !gone {
			return ErrActive // it was next, and became active meanwhile
		}
		return s.changed(ctx, &Key{ID: kid, RealmID: realmID}, Withdrawn{Algorithm: r.Algorithm})
	})
}
