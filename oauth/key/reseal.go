package key

import (
	"context"
	"errors"
	"fmt"
)

// Reseal seals the private halves of all realms' keys with the newest key of
// the ring, and returns how many it changed. Once it returns without error on a
// ring [new, old], old may leave the ring. Keys that do not open are left as
// they are and reported; the others are done all the same.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	var errs []error
	done := 0
	for after := ""; ; {
		rows, err := s.sealedAfter(ctx, after, 100)
		if err != nil {
			return done, fmt.Errorf("reseal signing keys: %w", err)
		}
		for _, r := range rows {
			changed, err := s.reseal(ctx, r)
			if err != nil {
				errs = append(errs, fmt.Errorf("reseal key %s of realm %s: %w", r.ID, r.RealmID, err))
			}
			if changed {
				done++
			}
		}
		if len(rows) == 0 || ctx.Err() != nil {
			return done, errors.Join(append(errs, ctx.Err())...)
		}
		after = rows[len(rows)-1].ID
	}
}

// reseal seals one key anew if it has to, and reports whether it did.
func (s *Service) reseal(ctx context.Context, r row) (bool, error) {
	if s.ring.Current(r.Private) {
		return false, nil
	}
	where := place(&Key{ID: r.ID, RealmID: r.RealmID})
	der, err := s.ring.Open(r.Private, where...)
	if err != nil {
		return false, err
	}
	sealed, err := s.ring.Seal(der, where...)
	if err != nil {
		return false, err
	}
	var changed bool
	// A key that retired meanwhile has nothing left to seal, and no node's
	// memory is touched: what is sealed stays the same.
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		changed, err = s.replaceSealed(ctx, r, sealed)
		return err
	})
	return changed && err == nil, err
}
