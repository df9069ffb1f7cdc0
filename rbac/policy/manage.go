package policy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/rest"
	"authserver/rbac"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// mostCodes bounds the permissions that one policy can be about.
const mostCodes = 10_000

// ByID returns a policy of the realm, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, policyID string) (*Policy, error) {
	p, err := s.find(ctx, realmID, policyID)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", policyID, err)
	}
	return p, nil
}

// List returns policies in order of creation; applications limits to theirs, nil to none.
func (s *Service) List(ctx context.Context, realmID string, applications []string, after string, most int) ([]*Policy, error) {
	all, err := s.list(ctx, realmID, applications, after, most)
	if err != nil {
		return nil, fmt.Errorf("list policies: %w", err)
	}
	return all, nil
}

// Codes are the permissions that a policy for the application can be about; for the whole
// realm these are all, with those of the administration.
func (s *Service) Codes(ctx context.Context, realmID, applicationID string) ([]string, error) {
	f := rbac.Filter{Limit: mostCodes}
	var codes []string
	if applicationID != "" {
		f.ApplicationID = &applicationID
	} else {
		codes = slices.Collect(maps.Keys(rbac.Catalogue()))
	}
	all, err := s.roles.Permissions(ctx, realmID, f)
	if err != nil {
		return nil, fmt.Errorf("permissions for policies: %w", err)
	}
	for _, p := range all {
		codes = append(codes, p.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes), nil
}

// accept holds a text to the schema of what it can be about now.
func (s *Service) accept(ctx context.Context, p *Policy, text string) error {
	codes, err := s.Codes(ctx, p.RealmID, p.ApplicationID)
	if err != nil {
		return err
	}
	return check(text, codes)
}

// mayDecide refuses to put in force, or out of it, what gives or takes permissions to
// who may not do the same by roles. A command on the machine may.
func mayDecide(ctx context.Context, p *Policy) error {
	if _, asked := rest.Maybe(ctx); !asked {
		return nil
	}
	may, err := rest.Holds(ctx, "roles.write", p.ApplicationID)
	if err == nil && !may {
		err = ErrNotHeld
	}
	return err
}

// Create stores a policy as a draft.
func (s *Service) Create(ctx context.Context, p Policy) (*Policy, error) {
	if err := p.normalise(); err != nil {
		return nil, err
	}
	if p.ApplicationID != "" {
		if _, err := s.apps.ByID(ctx, p.RealmID, p.ApplicationID); errors.Is(err, application.ErrNotFound) {
			return nil, ErrNoSubject
		} else if err != nil {
			return nil, fmt.Errorf("create policy: %w", err)
		}
	}
	if err := s.accept(ctx, &p, p.Draft); err != nil {
		return nil, err
	}
	now := database.At(s.now()).Time()
	p.ID, p.Version, p.CreatedAt, p.UpdatedAt = id.New(), 1, now, now
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, &p); err != nil {
			return taken(err)
		}
		return s.events.Record(ctx, p.Ref(), Created{p.ApplicationID, p.Name})
	})
	if err != nil {
		return nil, err
	}
	return &p, nil
}

func (p *Policy) normalise() (err error) {
	if p.Name, err = realm.DisplayName("name", p.Name); err != nil {
		return err
	}
	p.Description, err = realm.Sentence("description", p.Description)
	return err
}

func taken(err error) error {
	if errors.Is(err, database.ErrDuplicate) {
		return ErrTaken
	}
	return err
}

// Update lets change edit name, description and draft; what counts stays.
func (s *Service) Update(ctx context.Context, realmID, policyID string, change func(*Policy) error) (*Policy, error) {
	return s.alter(ctx, realmID, policyID, func(ctx context.Context, p *Policy) (event.Payload, error) {
		old := *p
		if err := change(p); err != nil {
			return nil, err
		}
		if err := p.normalise(); err != nil {
			return nil, err
		}
		var fields []string
		for name, differs := range map[string]bool{"name": p.Name != old.Name, "description": p.Description != old.Description, "draft": p.Draft != old.Draft} {
			if differs {
				fields = append(fields, name)
			}
		}
		if len(fields) == 0 {
			return nil, nil
		}
		slices.Sort(fields)
		if p.Draft != "" && p.Draft != old.Draft {
			if err := s.accept(ctx, p, p.Draft); err != nil {
				return nil, err
			}
		}
		return Updated{fields}, nil
	})
}

// Activate puts the draft in force, or again what counted before.
func (s *Service) Activate(ctx context.Context, realmID, policyID string, matches func(*Policy) error) (*Policy, error) {
	return s.alter(ctx, realmID, policyID, func(ctx context.Context, p *Policy) (event.Payload, error) {
		if err := matches(p); err != nil {
			return nil, err
		}
		if p.Active() && p.Draft == "" {
			return nil, ErrNoDraft
		}
		if err := mayDecide(ctx, p); err != nil {
			return nil, err
		}
		text, before := p.Next(), ""
		if p.Active() {
			before = p.Source
		}
		if err := s.accept(ctx, p, text); err != nil {
			return nil, err
		}
		p.Source, p.Draft, p.ActivatedAt = text, "", database.At(s.now()).Time()
		return Activated{before, text}, s.db.Changed(ctx, Topic, realmID)
	})
}

// Deactivate takes the policy out of force; its text stays.
func (s *Service) Deactivate(ctx context.Context, realmID, policyID string, matches func(*Policy) error) (*Policy, error) {
	return s.alter(ctx, realmID, policyID, func(ctx context.Context, p *Policy) (event.Payload, error) {
		if err := matches(p); err != nil {
			return nil, err
		}
		if !p.Active() {
			return nil, ErrInactive
		}
		if err := mayDecide(ctx, p); err != nil {
			return nil, err
		}
		p.ActivatedAt = database.Micros(0).Time()
		return Deactivated{}, s.db.Changed(ctx, Topic, realmID)
	})
}

// alter stores what change makes of the policy, with the event that it returns; without
// one nothing has changed.
func (s *Service) alter(ctx context.Context, realmID, policyID string, change func(context.Context, *Policy) (event.Payload, error)) (*Policy, error) {
	var p *Policy
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if p, err = s.ByID(ctx, realmID, policyID); err != nil {
			return err
		}
		before := p.Version
		told, err := change(ctx, p)
		if err != nil || told == nil {
			return err
		}
		p.Version, p.UpdatedAt = before+1, database.At(s.now()).Time()
		stored, err := s.update(ctx, p, before)
		if err != nil {
			return taken(err)
		}
		if !stored {
			return rest.ErrChanged
		}
		return s.events.Record(ctx, p.Ref(), told)
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Delete removes the policy; what it forbade is not forbidden any more.
func (s *Service) Delete(ctx context.Context, realmID, policyID string, matches func(*Policy) error) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		p, err := s.ByID(ctx, realmID, policyID)
		if err != nil {
			return err
		}
		if err := matches(p); err != nil {
			return err
		}
		if err := mayDecide(ctx, p); err != nil {
			return err
		}
		gone, err := s.remove(ctx, realmID, policyID)
		if err != nil {
			return fmt.Errorf("delete policy %s: %w", policyID, err)
		}
		if !gone {
			return ErrNotFound
		}
		if err := s.db.Changed(ctx, Topic, realmID); err != nil {
			return err
		}
		return s.events.Record(ctx, p.Ref(), Deleted{p.Name})
	})
}

// ForgetApplication removes the policies of an application that is deleted, in the
// transaction of the context.
func (s *Service) ForgetApplication(ctx context.Context, realmID, applicationID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		n, err := s.removeOf(ctx, realmID, applicationID)
		if err != nil {
			return fmt.Errorf("forget policies of application %s: %w", applicationID, err)
		}
		if n == 0 {
			return nil
		}
		return s.db.Changed(ctx, Topic, realmID)
	})
}
