package rbac

import (
	"context"
	"fmt"
	"slices"
)

// Holders are the ids of the people who hold the role now, by themselves or by a group, or
// by a role that contains it: up to limit of them, after that id and in order. It returns
// ErrRoleNotFound for a role that the realm does not have.
func (s *Service) Holders(ctx context.Context, realmID, roleID, after string, limit int) ([]string, error) {
	w, err := s.World(ctx, realmID)
	if err != nil {
		return nil, err
	}
	r := w.Role(roleID)
	if r == nil {
		return nil, ErrRoleNotFound
	}
	var roles []string
	for id := range w.roles {
		if slices.Contains(w.Closure(id), r) {
			roles = append(roles, id)
		}
	}
	ids, err := s.holders(ctx, realmID, roles, after, s.now(), limit)
	if err != nil {
		return nil, fmt.Errorf("holders of role %s: %w", roleID, err)
	}
	return ids, nil
}
