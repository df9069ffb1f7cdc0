package inapp

import (
	"context"
	"errors"

	"authserver/internal/id"
)

// DieAfterBatch works at a sending like Once and ends after so many transactions, as if
// the process had died: the lease stays.
func (s *Service) DieAfterBatch(ctx context.Context, n int) error {
	owner := id.New()
	g, err := s.claim(ctx, owner)
	if err != nil || g == nil {
		return errors.Join(err, errors.New("inapp: nothing to claim"))
	}
	for range n {
		if _, err := s.batch(ctx, owner, g); err != nil {
			return err
		}
	}
	return nil
}

// StaleWorker claims a sending and returns what works at its next people, whatever became
// of the lease meanwhile.
func (s *Service) StaleWorker(ctx context.Context) (func() error, error) {
	owner := id.New()
	g, err := s.claim(ctx, owner)
	if err != nil || g == nil {
		return nil, errors.Join(err, errors.New("inapp: nothing to claim"))
	}
	return func() error {
		more, err := s.batch(ctx, owner, g)
		if more {
			return errors.Join(err, errors.New("inapp: a stale worker goes on"))
		}
		return err
	}, nil
}
