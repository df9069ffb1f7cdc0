package rbac

import (
	"slices"
	"strings"
)

// World is a realm's roles. It does not change.
type World struct {
	RealmID string
	roles   map[string]*Role
	// demanding says that a role demands a second factor.
	demanding bool
}

// NewWorld returns a world of the realm's own roles and the built-in ones.
func NewWorld(realmID string, own []*Role) *World { return worldOf(realmID, BuiltIn(), own) }

// worldOf is NewWorld with built-in roles that many worlds share.
func worldOf(realmID string, builtIn, own []*Role) *World {
	w := &World{RealmID: realmID, roles: make(map[string]*Role, len(own)+len(builtIn))}
	for _, r := range builtIn {
		w.roles[r.ID] = r
	}
	for _, r := range own {
		w.roles[r.ID] = r
		w.demanding = w.demanding || r.demandsFactor()
	}
	return w
}

func (r *Role) demandsFactor() bool {
	return slices.Contains(r.Requirements, TOTP) || slices.Contains(r.Requirements, StrongFactor)
}

// Role is the role of that id, or nil.
func (w *World) Role(id string) *Role { return w.roles[id] }

// ways are the ways from the role down to one that holds the grant: when one is barred by a
// requirement, another may be open.
func (w *World) ways(from string, g Grant) [][]*Role {
	var found [][]*Role
	var walk func(id string, above []*Role)
	walk = func(id string, above []*Role) {
		r := w.roles[id]
		if r == nil || slices.Contains(above, r) || len(found) >= maxWays || len(above) > maxDepth {
			return
		}
		here := append(slices.Clone(above), r)
		if slices.Contains(r.Grants, g) {
			found = append(found, here)
		}
		for _, next := range r.Nested {
			walk(next, here)
		}
	}
	walk(from, nil)
	return found
}

const maxWays = 64

// Closure are the role and all that it contains, each once, in order of discovery.
func (w *World) Closure(id string) []*Role {
	var all []*Role
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		r := w.roles[queue[0]]
		if r == nil || slices.Contains(all, r) {
			continue
		}
		all = append(all, r)
		queue = append(queue, r.Nested...)
	}
	return all
}

// Grants are all permissions of the role and what it contains.
func (w *World) Grants(id string) []Grant {
	var all []Grant
	for _, r := range w.Closure(id) {
		all = append(all, r.Grants...)
	}
	slices.SortFunc(all, func(a, b Grant) int { return strings.Compare(a.ApplicationID+" "+a.Code, b.ApplicationID+" "+b.Code) })
	return slices.Compact(all)
}

// Evaluate decides by roles. Assignments are those of the subject and of its groups, in
// any order; the answer does not depend on it.
func Evaluate(w *World, f Facts, assignments []*Assignment, q Question) Decision {
	if !f.Active {
		return Decision{Reasons: []Reason{{Code: Inactive}}}
	}
	ordered := slices.SortedFunc(slices.Values(assignments), func(a, b *Assignment) int { return strings.Compare(a.ID, b.ID) })
	var barred []Reason
	for _, a := range ordered {
		for _, way := range w.ways(a.RoleID, q.Grant) {
			if why := a.blocked(f, q, way); why != nil {
				barred = append(barred, *why)
				continue
			}
			return Decision{Allowed: true, Path: pathOf(a, way, q.Grant), Reasons: []Reason{{Code: Granted, AssignmentID: a.ID, RoleID: way[len(way)-1].ID}}}
		}
	}
	if len(barred) == 0 {
		barred = []Reason{{Code: NoGrant, Detail: q.Code}}
	}
	return Decision{Reasons: barred}
}

func pathOf(a *Assignment, way []*Role, g Grant) []string {
	path := []string{"assignment:" + a.ID}
	if a.SubjectKind == Group {
		path = []string{"group:" + a.SubjectID, "assignment:" + a.ID}
	}
	for _, r := range way {
		path = append(path, "role:"+r.ID)
	}
	return append(path, "permission:"+g.Code)
}

// Held are the slugs of the application's roles, and of the realm's, that count for the
// subject there, and the application's permissions that they give.
func Held(w *World, f Facts, assignments []*Assignment, applicationID string) (roles, permissions []string) {
	if !f.Active {
		return nil, nil
	}
	q := Question{Grant: Grant{ApplicationID: applicationID}}
	for _, a := range assignments {
		for _, open := range w.open(a, f, q) {
			if open.ApplicationID == applicationID || open.ApplicationID == "" {
				roles = append(roles, open.Slug)
			}
			for _, g := range open.Grants {
				if g.ApplicationID == applicationID {
					permissions = append(permissions, g.Code)
				}
			}
		}
	}
	slices.Sort(roles)
	slices.Sort(permissions)
	return slices.Compact(roles), slices.Compact(permissions)
}

// open are the roles of the assignment that count: each is reached by a way on which
// nothing is barred.
func (w *World) open(a *Assignment, f Facts, q Question) []*Role {
	var all []*Role
	var walk func(id string)
	walk = func(id string) {
		r := w.roles[id]
		if r == nil || slices.Contains(all, r) || a.blocked(f, q, []*Role{r}) != nil {
			return
		}
		all = append(all, r)
		for _, next := range r.Nested {
			walk(next)
		}
	}
	walk(a.RoleID)
	return all
}
