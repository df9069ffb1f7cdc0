package population

import (
	"context"
	"fmt"
	"strings"

	"authserver/rbac"
)

// slot is a role and what it is assigned for.
type slot struct{ role, application string }

// subject is who may hold roles.
type subject struct{ kind, id string }

// furnish makes a realm's applications with their permissions and roles, and returns what
// can be assigned there.
func (t *town) furnish(ctx context.Context, realmID string, rank int) ([]slot, error) {
	var slots []slot
	var readers, writers []string // of all applications
	applications := 1 + t.IntN(4)
	var ids []string
	for n := range applications {
		appID, at := t.thing()
		ids = append(ids, appID)
		err := t.apps.add(ctx, appID, realmID, fmt.Sprintf("town-%d-%d-%d", t.o.Seed, rank, n), fmt.Sprintf("Service %d", n+1), t.lent.Type, false, true,
			t.lent.AuthMethod, t.lent.Settings, 1, at, at)
		if err != nil {
			return nil, err
		}
		// Reader, writer and owner: each contains the one before.
		var below []string
		for i, role := range []struct{ slug, verbs string }{{"reader", "read list"}, {"writer", "create update"}, {"owner", "delete approve"}} {
			var grants []rbac.Grant
			for _, thing := range []string{"invoice", "order", "report"} {
				for _, verb := range strings.Fields(role.verbs) {
					grants = append(grants, rbac.Grant{ApplicationID: appID, Code: thing + "." + verb})
					id, at := t.thing()
					if err := t.permissions.add(ctx, id, realmID, appID, thing+"."+verb, "", 1, at); err != nil {
						return nil, err
					}
				}
			}
			needs := "[]"
			if i == 2 && t.percent(20) {
				needs = `["verified_email"]`
			}
			id, err := t.role(ctx, realmID, appID, role.slug, needs, grants, below)
			if err != nil {
				return nil, err
			}
			below = []string{id}
			slots = append(slots, slot{id, appID})
			switch i {
			case 0:
				readers = append(readers, id)
			case 1:
				writers = append(writers, id)
			}
		}
	}
	for _, role := range []struct {
		slug   string
		nested []string
	}{{"guest", readers[:1]}, {"staff", readers}, {"manager", writers}} {
		id, err := t.role(ctx, realmID, "", fmt.Sprintf("%s-%d", role.slug, t.o.Seed), "[]", nil, role.nested)
		if err != nil {
			return nil, err
		}
		slots = append(slots, slot{id, ""})
		for _, appID := range ids {
			slots = append(slots, slot{id, appID})
		}
	}
	return append(slots, slot{rbac.ReadOnly, ""}, slot{rbac.Auditor, ""}, slot{rbac.UserManager, ""}), nil
}

func (t *town) role(ctx context.Context, realmID, appID, slug, needs string, grants []rbac.Grant, nested []string) (string, error) {
	id, at := t.thing()
	return id, t.roles.add(ctx, id, realmID, appID, slug, strings.ToUpper(slug[:1])+slug[1:], "", needs, list(grants), list(nested), 1, at, at)
}

// peopleInGroup is how many people there are for one group, about.
const peopleInGroup = 25

// people makes a realm's people and groups; who is erased is not among the subjects.
func (t *town) people(ctx context.Context, realmID string, rank, n int) ([]subject, error) {
	var subjects []subject
	var groups []string
	for i := range n / peopleInGroup {
		id, at := t.thing()
		groups = append(groups, id)
		if err := t.groups.add(ctx, id, realmID, fmt.Sprintf("Team %d of %d", i+1, t.o.Seed), "", 1, at); err != nil {
			return nil, err
		}
		subjects = append(subjects, subject{rbac.Group, id})
	}
	for i := range n {
		id, at := t.thing()
		given, family, email := t.person(i)
		verified, phone, factors, status, seen := t.percent(85), "", "", "active", int64(0)
		switch {
		case t.percent(2):
			status = "suspended"
		case t.percent(1):
			status = "erased"
		}
		if t.percent(20) {
			phone = fmt.Sprintf("+4930%08d", t.IntN(100_000_000))
		}
		if t.percent(30) {
			factors = pick(t.chance, []string{"totp", "passkey", "passkey totp"})
		}
		if t.percent(70) {
			seen = at + int64(t.IntN(1_000_000_000))
		}
		key, name := email, given+" "+family
		if status == "erased" { // as identity/user leaves them
			email, key, verified, phone, name, given, family, factors, seen = "", "erased "+id, false, "", "", "", "", "", 0
		}
		if err := t.users.add(ctx, id, realmID, email, key, verified, phone, name, given, family, "", status, factors, 1, at, at, seen); err != nil {
			return nil, err
		}
		if status == "erased" {
			continue
		}
		subjects = append(subjects, subject{rbac.User, id})
		for g := range min(t.IntN(3), len(groups)) { // different ones: they are neighbours
			if err := t.members.add(ctx, realmID, groups[(i+g)%len(groups)], rbac.User, id, at); err != nil {
				return nil, err
			}
		}
	}
	return subjects, nil
}

// assign spreads n assignments: everybody has about the same number, from none to twice
// the average, and nobody the same one twice. It returns how many found no place.
func (t *town) assign(ctx context.Context, realmID string, subjects []subject, slots []slot, n int) (int, error) {
	for i, who := range subjects {
		left := len(subjects) - i
		count := n / left
		if left > 1 {
			count = int(float64(n) / float64(left) * (0.2 + 1.6*t.Float64()))
		}
		count = min(count, len(slots), n)
		for _, at := range t.Perm(len(slots))[:count] {
			id, made := t.thing()
			if err := t.assignments.add(ctx, id, realmID, who.kind, who.id, slots[at].role, slots[at].application, "[]", 1, made); err != nil {
				return 0, err
			}
		}
		n -= count
	}
	return n, nil
}
