package audit

import (
	"context"
	"fmt"
)

// Reseal seals heads and keys with the newest key of the ring, and returns how many it
// changed.
func (s *Service) Reseal(ctx context.Context) (int, error) {
	total := 0
	var after *keyRow
	for {
		rows, err := s.keysAfter(ctx, after, headBatch)
		if err != nil {
			return total, fmt.Errorf("reseal audit keys: %w", err)
		}
		for _, r := range rows {
			after = &r
			changed, err := s.resealKey(ctx, r)
			if err != nil {
				return total, fmt.Errorf("reseal the audit key of %q: %w", r.OwnerID, err)
			}
			if changed {
				total++
			}
		}
		if len(rows) < headBatch {
			break
		}
	}
	n, err := s.resealHeads(ctx)
	return total + n, err
}

func (s *Service) resealKey(ctx context.Context, r keyRow) (changed bool, err error) {
	if r.Sealed == "" || s.ring.Current(r.Sealed) {
		return false, nil
	}
	plain, err := s.ring.Open(r.Sealed, keyPlace(r.RealmID, r.OwnerID)...)
	if err != nil {
		return false, err
	}
	sealed, err := s.ring.Seal(plain, keyPlace(r.RealmID, r.OwnerID)...)
	if err != nil {
		return false, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		changed, err = s.replaceKey(ctx, r, sealed)
		return err
	})
	return changed, err
}

func (s *Service) resealHeads(ctx context.Context) (int, error) {
	total, last := 0, ""
	for first := true; ; first = false {
		list, err := s.heads(ctx, last, first, headBatch)
		if err != nil {
			return total, fmt.Errorf("reseal the heads of the audit: %w", err)
		}
		for _, seen := range list {
			last = seen.RealmID
			err := s.db.InTx(ctx, func(ctx context.Context) error {
				h, err := s.lockHead(ctx, seen.RealmID)
				if err != nil || !s.intact(h) || string(h.MAC) == string(h.mac(s.macs[0])) {
					return err
				}
				total++
				s.sealHead(h, true)
				return s.saveHead(ctx, h)
			})
			if err != nil {
				return total, fmt.Errorf("reseal the head of realm %q: %w", seen.RealmID, err)
			}
		}
		if len(list) < headBatch {
			return total, nil
		}
	}
}
