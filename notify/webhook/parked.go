package webhook

import (
	"context"
	"fmt"
)

// Parked lists deliveries that were given up, in order of id after the given one: of the
// realm, or of all with "".
func (s *Service) Parked(ctx context.Context, realmID, after string, most int) ([]*Delivery, error) {
	list, err := s.parked(ctx, realmID, after, most)
	if err != nil {
		return nil, fmt.Errorf("parked deliveries: %w", err)
	}
	return list, nil
}

// RetryParked makes a delivery due again that was given up, or with id "" all of the realm;
// realmID "" is every realm. Those of webhooks that are disabled stay. It needs a
// transaction. It returns how many there were, and ErrDeliveryNotFound for one that is not.
func (s *Service) RetryParked(ctx context.Context, realmID, id string) (int64, error) {
	n, err := s.unpark(ctx, realmID, id, s.Now())
	if err != nil {
		return 0, fmt.Errorf("retry parked deliveries: %w", err)
	}
	if n == 0 && id != "" {
		return 0, ErrDeliveryNotFound
	}
	s.DB.AfterCommit(ctx, s.nudge)
	return n, nil
}

// DropParked gives a delivery up for good; it can still be replayed from its webhook's log.
// It needs a transaction. It returns ErrDeliveryNotFound for one that is not parked.
func (s *Service) DropParked(ctx context.Context, realmID, id string) error {
	n, err := s.dropRow(ctx, realmID, id)
	if err != nil {
		return fmt.Errorf("drop parked delivery %s: %w", id, err)
	}
	if n == 0 {
		return ErrDeliveryNotFound
	}
	return nil
}
