package limit

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/ratelimit"
)

// ErrBusy says that somebody else changed the limit in the same moment.
var ErrBusy = fault.New(fault.Conflict, "limit_changed", "Somebody else changed this limit just now. Look at it again.")

// List returns all limits as they hold in the realm, in the order of their names.
func (s *Service) List(ctx context.Context, realmID string) ([]Limit, error) {
	rows, err := s.rows(ctx, realmID)
	if err != nil {
		return nil, fmt.Errorf("list limits: %w", err)
	}
	all := make([]Limit, 0, len(s.specs))
	for _, spec := range Catalogue() {
		l := Limit{Spec: spec, Limits: spec.Default}
		if i := slices.IndexFunc(rows, func(r row) bool { return r.Name == spec.Name }); i >= 0 {
			l = l.with(&rows[i])
		}
		all = append(all, l)
	}
	return all, nil
}

// with is the limit as the row has it.
func (l Limit) with(r *row) Limit {
	if own, err := ratelimit.Parse(r.Limits); err == nil {
		l.Limits, l.Version = own, r.Version
		l.CreatedAt, l.UpdatedAt = r.CreatedAt.Time(), r.UpdatedAt.Time()
	}
	return l
}

// ByName returns the limit as it holds in the realm, or ErrNotFound.
func (s *Service) ByName(ctx context.Context, realmID, name string) (Limit, error) {
	spec, ok := s.specs[name]
	if !ok {
		return Limit{}, ErrNotFound
	}
	l := Limit{Spec: spec, Limits: spec.Default}
	r, err := s.find(ctx, realmID, name)
	if errors.Is(err, database.ErrNotFound) {
		return l, nil
	}
	if err != nil {
		return Limit{}, fmt.Errorf("limit %s: %w", name, err)
	}
	return l.with(r), nil
}

// Set gives the realm limits of its own, unless matches refuses the version that they would
// replace. They hold on all nodes within a second, and what was counted under others is
// forgotten. It returns ErrNotFound, ratelimit.ErrInvalid, ErrBusy or the error of matches.
func (s *Service) Set(ctx context.Context, realmID, name, text string, matches func(version int64) error) (Limit, error) {
	limits, err := ratelimit.Parse(text)
	if err != nil {
		return Limit{}, ratelimit.ErrInvalid.At("limits")
	}
	var set Limit
	err = s.change(ctx, realmID, name, matches, func(ctx context.Context, old Limit) error {
		if old.Version > 0 && ratelimit.Format(old.Limits) == ratelimit.Format(limits) {
			set = old
			return nil
		}
		now := s.Now()
		r := &row{realmID, name, ratelimit.Format(limits), old.Version + 1, database.At(now), database.At(now)}
		if old.Version == 0 {
			if err := s.insert(ctx, r); errors.Is(err, database.ErrDuplicate) {
				return ErrBusy
			} else if err != nil {
				return err
			}
		} else {
			r.CreatedAt = database.At(old.CreatedAt)
			if done, err := s.update(ctx, r, old.Version); err != nil {
				return err
			} else if !done {
				return ErrBusy
			}
		}
		set = old.with(r)
		return s.record(ctx, realmID, name, Updated{ratelimit.Format(old.Limits), ratelimit.Format(limits)})
	})
	return set, err
}

// Reset gives the realm the house's limits again, unless matches refuses the version that
// is dropped. It returns ErrNotFound, ErrBusy or the error of matches; there may be nothing
// to do.
func (s *Service) Reset(ctx context.Context, realmID, name string, matches func(version int64) error) error {
	return s.change(ctx, realmID, name, matches, func(ctx context.Context, old Limit) error {
		if old.Version == 0 {
			return nil
		}
		if done, err := s.remove(ctx, realmID, name, old.Version); err != nil {
			return err
		} else if !done {
			return ErrBusy
		}
		return s.record(ctx, realmID, name, Reset{ratelimit.Format(old.Limits), ratelimit.Format(old.Default)})
	})
}

func (s *Service) change(ctx context.Context, realmID, name string, matches func(int64) error, do func(context.Context, Limit) error) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		old, err := s.ByName(ctx, realmID, name)
		if err != nil {
			return err
		}
		if err := matches(old.Version); err != nil {
			return err
		}
		return do(ctx, old)
	})
}

// record announces a change and records its event.
func (s *Service) record(ctx context.Context, realmID, name string, p event.Payload) error {
	if err := s.DB.Changed(ctx, Topic, realmID); err != nil {
		return fmt.Errorf("limit %s: %w", name, err)
	}
	return s.Events.Record(ctx, event.Ref{RealmID: realmID, Kind: "limit", ID: name}, p)
}
