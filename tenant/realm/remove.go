package realm

import (
	"context"
	"fmt"
)

// Remains are what is left of a deleted realm. server fulfils it.
type Remains interface {
	// Purge deletes everything of the realm but its row, and returns how many rows went.
	// It may be called again.
	Purge(ctx context.Context, realmID string) (int, error)
}

// Delete removes a suspended realm for good. From that moment it is not found, and its
// slug is free; its people, applications and everything else are deleted by Sweep soon
// after. What is left is a row without name, so that nothing can take its id. allowed may
// refuse by the version. It returns ErrNotFound, ErrNotSuspended or the error of allowed.
func (s *Service) Delete(ctx context.Context, realmID string, allowed func(*Realm) error) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.lock(ctx, realmID)
		if err != nil {
			return fmt.Errorf("delete realm %s: %w", realmID, err)
		}
		if err := allowed(r); err != nil {
			return err
		}
		if r.Active {
			return ErrNotSuspended
		}
		if err := s.announce(ctx, r); err != nil {
			return fmt.Errorf("delete realm %s: %w", realmID, err)
		}
		if err := s.bury(ctx, realmID, s.stamp()); err != nil {
			return fmt.Errorf("delete realm %s: %w", realmID, err)
		}
		return s.events.Record(ctx, r.Ref(), Deleted{Slug: r.Slug})
	})
}

// Sweep deletes what is left of deleted realms, and returns how many rows went.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	ids, err := s.buried(ctx)
	if err != nil {
		return 0, fmt.Errorf("purge deleted realms: %w", err)
	}
	total := 0
	for _, realmID := range ids {
		n, err := s.remains.Purge(ctx, realmID)
		total += n
		if err != nil {
			return total, fmt.Errorf("purge realm %s: %w", realmID, err)
		}
		if err := s.db.InTx(ctx, func(ctx context.Context) error { return s.purged(ctx, realmID, s.stamp()) }); err != nil {
			return total, fmt.Errorf("purge realm %s: %w", realmID, err)
		}
	}
	return total, nil
}

// nothing is left of realms that nobody keeps anything about.
type nothing struct{}

func (nothing) Purge(context.Context, string) (int, error) { return 0, nil }
