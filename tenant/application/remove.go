package application

import (
	"context"
	"errors"
	"fmt"
)

// Dependents are what the rooms above keep about applications. server fulfils it.
type Dependents interface {
	// Withdraw ends everything that anybody has granted to the application, some at a
	// time, in transactions of its own.
	Withdraw(ctx context.Context, realmID, appID string) error
	// Forget removes what has no sense without the application, in the transaction of
	// the context.
	Forget(ctx context.Context, realmID, appID string) error
}

// Delete removes an application for good: it is disabled first, so that nobody comes in
// meanwhile; what it was granted ends, some at a time; then it goes with its secrets,
// keys, roles, permissions and rules. What people have agreed to stays on record. Called
// again after a failure, it goes on. allowed may refuse by the version. It returns
// ErrNotFound, or the error of allowed.
func (s *Service) Delete(ctx context.Context, realmID, appID string, allowed func(*Application) error) error {
	a, err := s.find(ctx, realmID, appID)
	if err != nil {
		return fmt.Errorf("delete application %s: %w", appID, err)
	}
	if err := allowed(a); err != nil {
		return err
	}
	if a.Enabled {
		if err := s.SetEnabled(ctx, realmID, appID, false); err != nil && !errors.Is(err, ErrAlreadyDisabled) {
			return err
		}
	}
	if err := s.dependents.Withdraw(ctx, realmID, appID); err != nil {
		return fmt.Errorf("delete application %s: %w", appID, err)
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.lock(ctx, realmID, appID)
		if err != nil {
			return fmt.Errorf("delete application %s: %w", appID, err)
		}
		if err := s.dependents.Forget(ctx, realmID, appID); err != nil {
			return fmt.Errorf("delete application %s: %w", appID, err)
		}
		if err := s.remove(ctx, realmID, appID); err != nil {
			return fmt.Errorf("delete application %s: %w", appID, err)
		}
		if err := s.announce(ctx, a); err != nil {
			return fmt.Errorf("delete application %s: %w", appID, err)
		}
		return s.events.Record(ctx, a.Ref(), Deleted{ClientID: a.ClientID, Name: a.Name})
	})
}

// alone is an application that nothing depends on.
type alone struct{}

func (alone) Withdraw(context.Context, string, string) error { return nil }
func (alone) Forget(context.Context, string, string) error   { return nil }
