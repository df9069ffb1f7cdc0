package population

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"authserver/internal/database"
)

// Summary is what was written.
type Summary struct{ Realms, Applications, Users, Groups, Roles, Assignments int }

// town writes one population.
type town struct {
	*chance
	o    Options
	lent template

	realms, apps, permissions, roles, users, groups, members, assignments *sink
}

// template is what other realms take over from the one that exists.
type template struct {
	RealmID, Branding, DefaultLanguage, Policy string
	Type, AuthMethod, Settings                 string
}

// Fill adds a population to a database whose schema is up to date. What was written
// before a failure stays; fill another database then.
func Fill(ctx context.Context, db *database.DB, o Options) (Summary, error) {
	t := &town{chance: newChance(o.Seed, o.Realms*20+o.Users+o.Assignments), o: o}
	if err := t.learn(ctx, db); err != nil {
		return Summary{}, err
	}
	t.realms = newSink(db, "realms", "id", "slug", "name", "active", "branding", "default_language", "policy", "version", "created_at", "updated_at")
	t.apps = newSink(db, "applications", "id", "realm_id", "client_id", "name", "type", "first_party", "enabled", "auth_method", "settings", "version", "created_at", "updated_at")
	t.permissions = newSink(db, "permissions", "id", "realm_id", "application_id", "code", "description", "version", "created_at")
	t.roles = newSink(db, "roles", "id", "realm_id", "application_id", "slug", "name", "description", "requirements", "grants", "nested", "version", "created_at", "updated_at")
	t.users = newSink(db, "users", "id", "realm_id", "email", "email_key", "email_verified", "phone", "name", "given_name", "family_name", "locale", "status", "factors",
		"version", "created_at", "updated_at", "last_login_at")
	t.groups = newSink(db, "user_groups", "id", "realm_id", "name", "description", "version", "created_at")
	t.members = newSink(db, "group_members", "realm_id", "group_id", "member_kind", "member_id", "created_at")
	t.assignments = newSink(db, "role_assignments", "id", "realm_id", "subject_kind", "subject_id", "role_id", "application_id", "networks", "version", "created_at")

	t.apps.first, t.users.first = t.realms, t.realms

	people, assigned := shares(o.Users, max(o.Realms, 1)), shares(o.Assignments, max(o.Realms, 1))
	left := 0 // what a realm has no room for goes to the next
	for rank := range people {
		var err error
		if left, err = t.settle(ctx, rank, people[rank], assigned[rank]+left); err != nil {
			return t.summary(), err
		}
	}
	return t.summary(), t.flush(ctx)
}

func (t *town) summary() Summary {
	return Summary{t.realms.count, t.apps.count, t.users.count, t.groups.count, t.roles.count, t.assignments.count}
}

// learn reads the realm that exists.
func (t *town) learn(ctx context.Context, db *database.DB) error {
	err := db.With(ctx).Raw(`SELECT r.id AS realm_id, r.branding, r.default_language, r.policy, a.type, a.auth_method, a.settings
		FROM realms AS r JOIN applications AS a ON a.realm_id = r.id WHERE r.slug = ? ORDER BY a.id LIMIT 1`, t.o.Into).Scan(&t.lent).Error
	if err != nil {
		return fmt.Errorf("read realm %s: %w", t.o.Into, database.Translate(err))
	}
	if t.lent.RealmID == "" {
		return errors.New("realm " + t.o.Into + " does not exist, or has no application yet")
	}
	return nil
}

// settle makes the realm of that rank with all that is in it, and returns how many
// assignments found no place.
func (t *town) settle(ctx context.Context, rank, people, assigned int) (int, error) {
	realmID := t.lent.RealmID
	if rank > 0 {
		var at int64
		realmID, at = t.thing()
		err := t.realms.add(ctx, realmID, fmt.Sprintf("town-%d-%d", t.o.Seed, rank), fmt.Sprintf("Town %d", rank), true, t.lent.Branding, t.lent.DefaultLanguage, t.lent.Policy, 1, at, at)
		if err != nil {
			return 0, err
		}
	}
	slots, err := t.furnish(ctx, realmID, rank)
	if err != nil {
		return 0, err
	}
	subjects, err := t.people(ctx, realmID, rank, people)
	if err != nil {
		return 0, err
	}
	if t.o.Progress != nil && (rank < 10 || rank%500 == 0) {
		t.o.Progress(fmt.Sprintf("realm %d of %d: %d people, %d assignments so far", rank+1, t.o.Realms, t.users.count, t.assignments.count))
	}
	return t.assign(ctx, realmID, subjects, slots, assigned)
}

// flush writes what is left.
func (t *town) flush(ctx context.Context) error {
	for _, s := range []*sink{t.realms, t.apps, t.permissions, t.roles, t.users, t.groups, t.members, t.assignments} {
		if err := s.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// list is a JSON list as rows keep it.
func list[T any](all []T) string {
	if len(all) == 0 {
		return "[]"
	}
	raw, err := json.Marshal(all)
	if err != nil {
		panic(err) // texts
	}
	return string(raw)
}
