package rbac

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/rest"
)

// Filter selects for lists. Nil and empty members do not limit.
type Filter struct {
	ApplicationID *string
	// Applications limits to those that the caller reaches.
	Applications []string
	SubjectKind  string
	SubjectID    string
	RoleID       string
	Valid        *bool
	After        string
	Limit        int
}

// Role returns a role of the realm, built-in or not, or ErrRoleNotFound.
func (s *Service) Role(ctx context.Context, realmID, roleID string) (*Role, error) {
	w, err := s.World(ctx, realmID)
	if err != nil {
		return nil, err
	}
	if r := w.Role(roleID); r != nil {
		return r, nil
	}
	return nil, ErrRoleNotFound
}

// Roles lists the realm's own roles in order of creation.
func (s *Service) Roles(ctx context.Context, realmID string, f Filter) ([]*Role, error) {
	return s.roles(ctx, realmID, f)
}

// CreateRole adds a role. Whoever creates it must hold what it grants.
func (s *Service) CreateRole(ctx context.Context, realmID string, r Role) (*Role, error) {
	r.ID, r.RealmID, r.BuiltIn, r.Version = id.New(), realmID, false, 1
	r.CreatedAt = s.stamp()
	r.UpdatedAt = r.CreatedAt
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		if err := s.accept(ctx, &r, nil); err != nil {
			return err
		}
		if err := s.insertRole(ctx, &r); err != nil {
			return taken(err, ErrRoleTaken)
		}
		if err := s.changed(ctx, realmID); err != nil {
			return err
		}
		return s.events.Record(ctx, r.Ref(), RoleCreated{r.ApplicationID, r.Slug})
	})
	if err != nil {
		return nil, fmt.Errorf("create role: %w", err)
	}
	return &r, nil
}

// UpdateRole changes a role; change edits a copy. Whoever changes it must hold what it
// grants before and after: one could otherwise take from others, or give oneself, what
// one does not have.
func (s *Service) UpdateRole(ctx context.Context, realmID, roleID string, change func(*Role) error) (*Role, error) {
	var r Role
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		w, err := s.World(ctx, realmID)
		if err != nil {
			return err
		}
		old := w.Role(roleID)
		switch {
		case old == nil:
			return ErrRoleNotFound
		case old.BuiltIn:
			return ErrRoleBuiltIn
		}
		r = *old
		r.Requirements, r.Grants, r.Nested = slices.Clone(old.Requirements), slices.Clone(old.Grants), slices.Clone(old.Nested)
		if err := change(&r); err != nil {
			return err
		}
		if err := s.accept(ctx, &r, old); err != nil {
			return err
		}
		told := roleUpdated(old, &r)
		if told == nil {
			return nil
		}
		r.Version, r.UpdatedAt = old.Version+1, s.stamp()
		if won, err := s.updateRole(ctx, &r, old.Version); err != nil || !won {
			return taken(errors.Join(err, lost(won)), ErrRoleTaken)
		}
		if err := s.changed(ctx, realmID); err != nil {
			return err
		}
		return s.events.Record(ctx, r.Ref(), *told)
	})
	if err != nil {
		return nil, fmt.Errorf("update role %s: %w", roleID, err)
	}
	return &r, nil
}

func lost(won bool) error {
	if won {
		return nil
	}
	return rest.ErrChanged
}

// taken turns a row that is there already into the room's fault.
func taken(err, fault error) error {
	if errors.Is(err, database.ErrDuplicate) {
		return fault
	}
	return err
}

// changes tells what differs between two views.
func changes(before, after any) []event.Change { return event.Changes(before, after, "version") }

// roleUpdated is what the event tells of a role that was another one, nil for the same.
func roleUpdated(old, now *Role) *RoleUpdated {
	told := RoleUpdated{Changes: changes(viewOf(old), viewOf(now))}
	for _, c := range told.Changes {
		told.Fields = append(told.Fields, c.Field)
	}
	if len(told.Fields) == 0 {
		return nil
	}
	return &told
}

// accept holds a role to the rules that concern others: its application, permissions and
// nested roles exist, nothing contains itself, and the caller holds it all.
func (s *Service) accept(ctx context.Context, r, old *Role) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.ApplicationID != "" {
		if _, err := s.apps.ByID(ctx, r.RealmID, r.ApplicationID); err != nil {
			return ErrApplicationUnknown
		}
	}
	if err := s.grantable(ctx, r); err != nil {
		return err
	}
	w, err := s.World(ctx, r.RealmID)
	if err != nil {
		return err
	}
	for _, child := range r.Nested {
		c := w.Role(child)
		if c == nil {
			return ErrRoleNotFound.At("nested")
		}
		if r.ApplicationID != "" && c.ApplicationID != r.ApplicationID {
			return ErrRoleInvalid.At("nested").Say("A role of an application contains roles of the same application only.")
		}
	}
	if old != nil {
		if err := s.mayGrantRole(ctx, w, old.ID, r.ApplicationID); err != nil {
			return err
		}
	}
	next := w.with(r)
	if err := next.acyclic(); err != nil {
		return err
	}
	return s.mayGrantRole(ctx, next, r.ID, r.ApplicationID)
}

// grantable refuses permissions that do not exist, or not for a role like this.
func (s *Service) grantable(ctx context.Context, r *Role) error {
	byApp := map[string][]string{}
	for _, g := range r.Grants {
		byApp[g.ApplicationID] = append(byApp[g.ApplicationID], g.Code)
	}
	for app, codes := range byApp {
		if r.ApplicationID != "" && app != r.ApplicationID {
			return ErrPermissionInvalid.At("permissions").Say("A role of an application holds permissions of that application only.")
		}
		known, err := s.existing(ctx, r.RealmID, app, codes)
		if err != nil {
			return err
		}
		for _, code := range codes {
			if !slices.Contains(known, code) {
				return ErrPermissionInvalid.At("permissions").Say("There is no permission " + code + ".")
			}
		}
	}
	return nil
}

func (s *Service) existing(ctx context.Context, realmID, applicationID string, codes []string) ([]string, error) {
	if applicationID != "" {
		return s.known(ctx, realmID, applicationID, codes)
	}
	all := Catalogue()
	return slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return all[code] == "" }), nil
}

// with is the world in which the role is as given.
func (w *World) with(r *Role) *World {
	next := &World{RealmID: w.RealmID, roles: make(map[string]*Role, len(w.roles)+1)}
	for id, other := range w.roles {
		next.roles[id] = other
	}
	next.roles[r.ID] = r
	return next
}

// acyclic refuses worlds in which a role contains itself, or too deep.
func (w *World) acyclic() error {
	depth := map[string]int{} // -1: on the way
	var walk func(id string) (int, error)
	walk = func(id string) (int, error) {
		if d, seen := depth[id]; seen {
			if d < 0 {
				return 0, ErrRoleCycle
			}
			return d, nil
		}
		r := w.roles[id]
		if r == nil {
			return 0, nil
		}
		depth[id] = -1
		deepest := 0
		for _, child := range r.Nested {
			d, err := walk(child)
			if err != nil {
				return 0, err
			}
			deepest = max(deepest, d)
		}
		depth[id] = deepest + 1
		if deepest+1 > maxDepth {
			return 0, ErrRoleDeep
		}
		return deepest + 1, nil
	}
	for id := range w.roles {
		if _, err := walk(id); err != nil {
			return err
		}
	}
	return nil
}

// DeleteRole removes a role that nobody has and no role contains.
func (s *Service) DeleteRole(ctx context.Context, realmID, roleID string, version int64) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRealm(ctx, realmID); err != nil {
			return err
		}
		w, err := s.World(ctx, realmID)
		if err != nil {
			return err
		}
		r := w.Role(roleID)
		switch {
		case r == nil:
			return ErrRoleNotFound
		case r.BuiltIn:
			return ErrRoleBuiltIn
		case version != 0 && version != r.Version:
			return rest.ErrChanged
		}
		used, err := s.roleUsed(ctx, realmID, roleID)
		if err != nil {
			return err
		}
		for _, other := range w.roles {
			used = used || slices.Contains(other.Nested, roleID)
		}
		if used {
			return ErrRoleInUse
		}
		if err := s.mayGrantRole(ctx, w, roleID, r.ApplicationID); err != nil {
			return err
		}
		if _, err := s.deleteRole(ctx, realmID, roleID); err != nil {
			return err
		}
		if err := s.changed(ctx, realmID); err != nil {
			return err
		}
		return s.events.Record(ctx, r.Ref(), RoleDeleted{r.Slug})
	})
	if err != nil {
		return fmt.Errorf("delete role %s: %w", roleID, err)
	}
	return nil
}
