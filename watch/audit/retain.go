package audit

import (
	"context"
	"fmt"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/failpoint"
)

const (
	sweepRealms = 200
	sweepBatch  = 1000 // entries removed in one transaction
)

// Sweep gives up the segments whose retention is over, removes their entries in small
// transactions, and returns how many entries.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	ctx = event.WithActor(ctx, event.Actor{Kind: event.System, ID: "watch/audit"})
	if s.retention > 0 {
		for {
			list, err := s.expired(ctx, s.now().Add(-s.retention), sweepRealms)
			if err != nil {
				return 0, fmt.Errorf("look for old audit entries: %w", err)
			}
			for _, g := range list {
				if err := s.giveUp(ctx, g); err != nil {
					return 0, fmt.Errorf("give up a segment of realm %q: %w", g.RealmID, err)
				}
			}
			if len(list) == 0 { // each of them has a next one
				break
			}
		}
	}
	return s.sweepGivenUp(ctx)
}

// giveUp moves the beginning of a chain behind a segment, and records it.
func (s *Service) giveUp(ctx context.Context, g *Segment) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		h, err := s.lockHead(ctx, g.RealmID)
		if err != nil || h.Kept != g.First {
			return err // another node was quicker
		}
		intact := s.intact(h)
		h.Kept = g.Last + 1
		s.sealHead(h, intact)
		if err := s.saveHead(ctx, h); err != nil {
			return err
		}
		return s.events.Record(ctx, event.Ref{RealmID: g.RealmID, Kind: "audit", ID: g.RealmID}, SegmentRemoved{Number: g.Number, First: g.First, Last: g.Last})
	})
}

// sweepGivenUp removes entries that were given up, now or before a crash.
func (s *Service) sweepGivenUp(ctx context.Context) (int, error) {
	total := 0
	for {
		list, err := s.leftovers(ctx, sweepRealms)
		if err != nil {
			return total, fmt.Errorf("look for audit entries that were given up: %w", err)
		}
		for _, h := range list {
			for n := int64(sweepBatch); n == sweepBatch; total += int(n) {
				if err := failpoint.Hit(ctx, "audit/removing"); err != nil {
					return total, err
				}
				err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
					n, err = s.removeBefore(ctx, h.RealmID, h.Kept, sweepBatch)
					return err
				})
				if err != nil {
					return total, fmt.Errorf("remove audit entries: %w", database.Translate(err))
				}
			}
		}
		if len(list) < sweepRealms {
			return total, nil
		}
	}
}
