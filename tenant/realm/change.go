package realm

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"authserver/internal/event"
)

// Update lets change edit a private copy of the realm and stores the result. Id,
// slug, state, version and times stay as they are, whatever change does to them.
// Nobody else changes the realm meanwhile, so change may refuse by its version. It
// returns the realm as stored, ErrNotFound, the error of change, or the fault of
// the first field that breaks a rule.
func (s *Service) Update(ctx context.Context, realmID string, change func(*Realm) error) (*Realm, error) {
	var updated *Realm
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		old, err := s.lock(ctx, realmID)
		if err != nil {
			return fmt.Errorf("update realm %s: %w", realmID, err)
		}
		r := *old
		if err := change(&r); err != nil {
			return err
		}
		r.ID, r.Slug, r.Active, r.Version = old.ID, old.Slug, old.Active, old.Version
		r.CreatedAt, r.UpdatedAt = old.CreatedAt, old.UpdatedAt
		if err := r.normalise(); err != nil {
			return err
		}
		updated = &r
		changed, err := difference(old, &r)
		if err != nil || len(changed) == 0 {
			return err
		}
		r.UpdatedAt, r.Version = s.stamp(), old.Version+1
		if err := s.update(ctx, &r, changed); err != nil {
			return fmt.Errorf("update realm %s: %w", realmID, err)
		}
		if err := s.announce(ctx, &r); err != nil {
			return fmt.Errorf("update realm %s: %w", realmID, err)
		}
		return s.events.Record(ctx, r.Ref(), Updated{slices.Sorted(maps.Keys(changed)), event.Changes(old.told(), r.told())})
	})
	if err != nil {
		return nil, err
	}
	return updated, nil
}

// told is what events tell of a realm.
func (r *Realm) told() any {
	return map[string]any{"name": r.Name, "default_language": r.DefaultLanguage, "branding": viewOf(r).Branding, "policy": r.Policy}
}

// Suspend blocks a realm: within a second no node processes anything in it. It
// returns ErrAlreadySuspended when there is nothing to do.
func (s *Service) Suspend(ctx context.Context, realmID, reason string) error {
	reason, err := Sentence("reason", reason)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.activate(ctx, realmID, false)
		if err != nil {
			return fmt.Errorf("suspend realm %s: %w", realmID, err)
		}
		return s.events.Record(ctx, r.Ref(), Suspended{Reason: reason})
	})
}

// Activate opens a blocked realm again. It returns ErrAlreadyActive when there is
// nothing to do.
func (s *Service) Activate(ctx context.Context, realmID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.activate(ctx, realmID, true)
		if err != nil {
			return fmt.Errorf("activate realm %s: %w", realmID, err)
		}
		return s.events.Record(ctx, r.Ref(), Activated{})
	})
}

// activate sets the realm's state, or says that it has that state already.
func (s *Service) activate(ctx context.Context, realmID string, active bool) (*Realm, error) {
	r, err := s.find(ctx, realmID)
	if err != nil {
		return nil, err
	}
	done, err := s.setActive(ctx, realmID, active, s.stamp())
	switch {
	case err != nil:
		return nil, err
	case !done && active:
		return nil, ErrAlreadyActive
	case !done:
		return nil, ErrAlreadySuspended
	}
	return r, s.announce(ctx, r)
}
