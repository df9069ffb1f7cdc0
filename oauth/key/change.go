package key

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"authserver/internal/database"
	"authserver/internal/event"
)

// errLost ends a transaction whose work another node has done meanwhile.
var errLost = errors.New("another node was first")

// newKey makes a key. It is slow for RSA and is called before the transaction
// where the caller has not opened one already.
func (s *Service) newKey(realmID, algorithm string, state State) (*Key, error) {
	if !slices.Contains(Algorithms(), algorithm) {
		return nil, ErrAlgorithm
	}
	private, err := s.generate(algorithm)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	if !fits(private.Public(), algorithm) {
		return nil, fmt.Errorf("generate: %T is not a key for %s", private, algorithm)
	}
	kid, err := thumbprint(private.Public())
	if err != nil {
		return nil, err
	}
	k := &Key{ID: kid, RealmID: realmID, Algorithm: algorithm, State: state, Private: private, Public: private.Public(), CreatedAt: s.stamp()}
	if state == StateActive {
		k.ActivatedAt = k.CreatedAt
	}
	return k, nil
}

// create makes a key in a state that the realm has none in, and reports whether
// it did; of several that try at once, one does.
func (s *Service) create(ctx context.Context, realmID, algorithm string, state State) (made bool, err error) {
	if has, err := s.hasAny(ctx, realmID, algorithm, state); err != nil || has {
		return false, err
	}
	k, err := s.newKey(realmID, algorithm, state)
	if err != nil {
		return false, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		err := s.db.Savepoint(ctx, func(ctx context.Context) error { return s.insert(ctx, k) })
		if made = err == nil; !made {
			return err
		}
		return s.changed(ctx, k, Created{Algorithm: algorithm, State: state})
	})
	if errors.Is(err, database.ErrDuplicate) {
		return false, nil
	}
	return made && err == nil, err
}

// publish makes a next key, unless there is one. The first key of an algorithm
// has nothing to follow and signs at once.
func (s *Service) publish(ctx context.Context, realmID, algorithm string) error {
	if made, err := s.create(ctx, realmID, algorithm, StateActive); made || err != nil {
		return err
	}
	_, err := s.create(ctx, realmID, algorithm, StateNext)
	return err
}

// replace makes a fresh key active at once and retires the active and next ones.
func (s *Service) replace(ctx context.Context, realmID, algorithm string) error {
	k, err := s.newKey(realmID, algorithm, StateActive)
	if err != nil {
		return err
	}
	for attempt := 0; ; attempt++ {
		err = s.db.InTx(ctx, func(ctx context.Context) error {
			if err := s.lock(ctx, realmID, algorithm); err != nil {
				return err
			}
			for _, state := range []State{StateActive, StateNext} {
				if err := s.retire(ctx, realmID, algorithm, state); err != nil {
					return err
				}
			}
			if err := s.insert(ctx, k); err != nil {
				return err
			}
			return s.changed(ctx, k, Created{Algorithm: algorithm, State: StateActive})
		})
		// Somebody made another key active between our look and our insert.
		// That one may be older than whatever made the caller rotate: again.
		if !errors.Is(err, database.ErrDuplicate) || attempt == 3 || database.Within(ctx) {
			return err
		}
	}
}

// retire retires the realm's keys of an algorithm that are in a state.
func (s *Service) retire(ctx context.Context, realmID, algorithm string, state State) error {
	ids, err := s.inState(ctx, realmID, algorithm, state)
	if err != nil {
		return err
	}
	for _, kid := range ids {
		done, err := s.retireRow(ctx, realmID, kid, state, s.stamp())
		if err != nil {
			return err
		}
		if !done {
			return errLost
		}
		if err := s.changed(ctx, &Key{ID: kid, RealmID: realmID}, Retired{Algorithm: algorithm}); err != nil {
			return err
		}
	}
	return nil
}

// activate lets a next key sign in the active one's place.
func (s *Service) activate(ctx context.Context, r row) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, r.RealmID, r.Algorithm); err != nil {
			return err
		}
		if err := s.retire(ctx, r.RealmID, r.Algorithm, StateActive); err != nil {
			return err
		}
		done, err := s.activateRow(ctx, r.RealmID, r.ID, s.stamp())
		if err != nil {
			return err
		}
		if !done {
			return errLost // and the retirement with it
		}
		return s.changed(ctx, &Key{ID: r.ID, RealmID: r.RealmID}, Activated{Algorithm: r.Algorithm})
	})
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

// succeed publishes the successor of an active key.
func (s *Service) succeed(ctx context.Context, r row) error {
	_, err := s.create(ctx, r.RealmID, r.Algorithm, StateNext)
	return err
}

// forget removes a retired key. Its end was recorded when it retired.
func (s *Service) forget(ctx context.Context, r row) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		gone, err := s.deleteRow(ctx, r.RealmID, r.ID)
		if err != nil || !gone {
			return err
		}
		return s.db.Changed(ctx, Topic, r.RealmID)
	})
}

// changed tells all nodes and the event log of a change to k.
func (s *Service) changed(ctx context.Context, k *Key, what event.Payload) error {
	if err := s.db.Changed(ctx, Topic, k.RealmID); err != nil {
		return err
	}
	return s.events.Record(ctx, k.ref(), what)
}

// acting names the house as actor where nobody else acts.
func acting(ctx context.Context) context.Context {
	if _, ok := event.ActorFrom(ctx); ok {
		return ctx
	}
	return event.WithActor(ctx, event.Actor{Kind: event.System, ID: "keys"})
}
