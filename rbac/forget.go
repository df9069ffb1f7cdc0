package rbac

import (
	"context"
	"fmt"
	"slices"
)

// ForgetApplication removes an application's permissions and roles, and what it and
// others hold of them, in the transaction of the context. Roles that contained one of
// its roles, or granted one of its permissions, grant the rest.
func (s *Service) ForgetApplication(ctx context.Context, realmID, applicationID string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		all, err := s.allRoles(ctx, realmID)
		if err != nil {
			return err
		}
		var gone []string
		for _, r := range all {
			if r.ApplicationID == applicationID {
				gone = append(gone, r.ID)
			}
		}
		for _, r := range all {
			if r.ApplicationID != applicationID {
				if err := s.without(ctx, r, applicationID, gone); err != nil {
					return err
				}
			}
		}
		held, err := s.deleteOfApplication(ctx, realmID, applicationID, gone)
		if err != nil {
			return err
		}
		for _, a := range held {
			if err := s.subjectChanged(ctx, a); err != nil {
				return err
			}
		}
		return s.changed(ctx, realmID)
	})
	if err != nil {
		return fmt.Errorf("forget roles of application %s: %w", applicationID, err)
	}
	return nil
}

// without takes what is the application's out of a role.
func (s *Service) without(ctx context.Context, r *Role, applicationID string, gone []string) error {
	grants := slices.DeleteFunc(slices.Clone(r.Grants), func(g Grant) bool { return g.ApplicationID == applicationID })
	nested := slices.DeleteFunc(slices.Clone(r.Nested), func(id string) bool { return slices.Contains(gone, id) })
	if len(grants) == len(r.Grants) && len(nested) == len(r.Nested) {
		return nil
	}
	before := r.Version
	old := *r
	r.Grants, r.Nested, r.Version, r.UpdatedAt = grants, nested, before+1, s.stamp()
	if won, err := s.updateRole(ctx, r, before); err != nil || !won {
		return firstOf(err, lost(won))
	}
	return s.events.Record(ctx, r.Ref(), *roleUpdated(&old, r))
}
