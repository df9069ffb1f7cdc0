package security

import (
	"context"
	"fmt"
	"time"
)

// sweepBatch keeps the row locks of a sweep short.
const sweepBatch = 500

// Kept is how long events are kept.
const Kept = 365 * 24 * time.Hour

// Sweep removes devices that have expired, counts that are over and events that are old,
// in small batches, and returns how many rows.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for _, sweep := range []func(context.Context) (int, error){
		func(ctx context.Context) (int, error) { return s.sweepDevices(ctx, s.now(), sweepBatch) },
		func(ctx context.Context) (int, error) { return s.sweepSources(ctx, slotOf(s.now())-1, sweepBatch) },
		func(ctx context.Context) (int, error) { return s.sweepEvents(ctx, s.now().Add(-Kept), sweepBatch) },
	} {
		for n := sweepBatch; n == sweepBatch; {
			err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
				n, err = sweep(ctx)
				return err
			})
			if err != nil {
				return total, fmt.Errorf("sweep security: %w", err)
			}
			total += n
		}
	}
	return total, nil
}
