package application

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"authserver/internal/event"
)

// Update lets change edit a private copy of the application and stores the result.
// Identity, type, state, secrets, keys, version and times stay as they are, whatever
// change does to them. Nobody else changes the application meanwhile, so change may
// refuse by its version. It returns the application as stored, ErrNotFound, the
// error of change, or the fault of the first field that breaks a rule.
func (s *Service) Update(ctx context.Context, realmID, appID string, change func(*Application) error) (*Application, error) {
	return s.change(ctx, realmID, appID, func(a *Application) error {
		old := *a
		if err := change(a); err != nil {
			return err
		}
		a.ID, a.RealmID, a.ClientID, a.Type, a.Enabled = old.ID, old.RealmID, old.ClientID, old.Type, old.Enabled
		a.Secrets, a.Keys, a.Version, a.CreatedAt, a.UpdatedAt = old.Secrets, old.Keys, old.Version, old.CreatedAt, old.UpdatedAt
		return nil
	})
}

// SetKeys replaces the public keys of the application by those of a JSON Web Key
// Set. It returns ErrKeysInvalid, which says what is wrong with which key.
func (s *Service) SetKeys(ctx context.Context, realmID, appID string, jwks []byte) (*Application, error) {
	keys, err := parseKeySet(jwks)
	if err != nil {
		return nil, err
	}
	return s.change(ctx, realmID, appID, func(a *Application) error {
		a.Keys = keys
		return nil
	})
}

func (s *Service) change(ctx context.Context, realmID, appID string, edit func(*Application) error) (*Application, error) {
	var changed *Application
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		old, err := s.lock(ctx, realmID, appID)
		if err != nil {
			return fmt.Errorf("update application %s: %w", appID, err)
		}
		a := old.clone()
		if err := edit(a); err != nil {
			return err
		}
		if err := a.normalise(); err != nil {
			return err
		}
		changed = a
		columns, fields, err := difference(old, a)
		if err != nil || len(fields) == 0 {
			return err
		}
		a.Version, a.UpdatedAt = old.Version+1, s.stamp()
		if err := s.update(ctx, a, columns); err != nil {
			return fmt.Errorf("update application %s: %w", appID, err)
		}
		if err := s.announce(ctx, a); err != nil {
			return fmt.Errorf("update application %s: %w", appID, err)
		}
		return s.events.Record(ctx, a.Ref(), Updated{slices.Sorted(maps.Keys(fields)), event.Changes(viewOf(old), viewOf(a), "version", "updated_at")})
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// SetEnabled enables or disables the application: within a second no node gives or
// accepts anything in its name. It returns ErrAlreadyEnabled or ErrAlreadyDisabled
// when there is nothing to do.
func (s *Service) SetEnabled(ctx context.Context, realmID, appID string, enabled bool) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		a, err := s.find(ctx, realmID, appID)
		if err != nil {
			return fmt.Errorf("set state of application %s: %w", appID, err)
		}
		done, err := s.setEnabled(ctx, a, enabled, s.stamp())
		switch {
		case err != nil:
			return fmt.Errorf("set state of application %s: %w", appID, err)
		case !done && enabled:
			return ErrAlreadyEnabled
		case !done:
			return ErrAlreadyDisabled
		}
		if err := s.announce(ctx, a); err != nil {
			return fmt.Errorf("set state of application %s: %w", appID, err)
		}
		if enabled {
			return s.events.Record(ctx, a.Ref(), Enabled{})
		}
		return s.events.Record(ctx, a.Ref(), Disabled{})
	})
}
