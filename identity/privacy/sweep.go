package privacy

import (
	"context"
	"fmt"
)

// sweepBatch keeps the locks of a sweep short: each copy may be many pieces.
const sweepBatch = 50

// Sweep removes copies that can no longer be downloaded and returns how many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.sweep(ctx, s.now(), sweepBatch)
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("sweep copies of personal data: %w", err)
		}
		if n < sweepBatch {
			return total, nil
		}
	}
}
