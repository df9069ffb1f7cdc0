package population_test

import (
	"context"
	"slices"
	"testing"

	"authserver/bench/population"
	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/rbac"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// stage is a database with a realm and an application, and the rooms that read it.
type stage struct {
	*identitytest.House
	roles *rbac.Service
}

func newStage(t *testing.T) *stage {
	t.Helper()
	h := identitytest.New(t)
	apps := application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	if _, _, err := apps.Register(h.Context, h.Realm.ID, application.Draft{Name: "Shop", Type: application.Machine}); err != nil {
		t.Fatal(err)
	}
	return &stage{h, rbac.New(rbac.Deps{DB: h.DB, Events: h.Events, Realms: h.Realms, Users: h.Users, Applications: apps, Now: h.Clock.Now})}
}

func options() population.Options {
	return population.Options{Seed: 7, Realms: 40, Users: 2_000, Assignments: 8_000, Into: "acme"}
}

func TestAPopulationIsWhatTheRoomsUnderstand(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	told := 0
	o := options()
	o.Progress = func(string) { told++ }
	got, err := population.Fill(s.Context, s.DB, o)
	if err != nil {
		t.Fatal(err)
	}
	if got.Users != o.Users || got.Assignments != o.Assignments || got.Realms != o.Realms-1 || got.Groups == 0 || got.Roles == 0 || told == 0 {
		t.Errorf("wrote %+v, told %d times", got, told)
	}
	people := 0
	sizes := []int{}
	towns, err := s.Realms.List(s.Context, realm.Filter{Limit: 100})
	if err != nil || len(towns) != o.Realms {
		t.Fatalf("%d realms, %v", len(towns), err)
	}
	for _, r := range towns {
		all := s.everybody(t, r.ID)
		sizes = append(sizes, len(all))
		people += len(all)
	}
	slices.Sort(sizes)
	if largest := sizes[len(sizes)-1]; largest < people/5 || sizes[0] > people/100 {
		t.Errorf("sizes %v: want a few large realms and many small ones", sizes)
	}
	allowed := 0
	largest := s.everybody(t, s.Realm.ID)
	for _, u := range largest {
		all, err := s.roles.Assignments(s.Context, s.Realm.ID, rbac.Filter{SubjectKind: rbac.User, SubjectID: u.ID, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			if _, err := s.roles.Role(s.Context, s.Realm.ID, a.RoleID); err != nil {
				t.Fatalf("role %s of %s: %v", a.RoleID, u.ID, err)
			}
		}
		d, err := s.roles.Decide(s.Context, s.Realm.ID, rbac.User, u.ID, rbac.How{}, rbac.Question{Grant: rbac.Grant{Code: "users.read"}})
		if err != nil {
			t.Fatal(err)
		}
		if d.Allowed {
			allowed++
		}
	}
	if allowed == 0 || allowed == len(largest) {
		t.Errorf("%d of %d people read people: everybody or nobody is no distribution", allowed, len(largest))
	}
}

// everybody are all people of a realm, but for those who are erased.
func (s *stage) everybody(t *testing.T, realmID string) []*user.User {
	t.Helper()
	var all []*user.User
	for after := ""; ; after = all[len(all)-1].ID {
		some, err := s.Users.List(s.Context, realmID, user.Filter{After: after, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			return all
		}
		all = append(all, some...)
	}
}

func TestTheSameSeedMakesTheSame(t *testing.T) {
	t.Parallel()
	var rows [2][]string
	for i := range rows {
		s := newStage(t)
		if _, err := population.Fill(s.Context, s.DB, options()); err != nil {
			t.Fatal(err)
		}
		err := s.DB.With(s.Context).Raw("SELECT id FROM role_assignments ORDER BY id").Scan(&rows[i]).Error
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 { // and fits in once
			if _, err := population.Fill(s.Context, s.DB, options()); err == nil {
				t.Error("the same seed was written twice")
			}
			o := options()
			o.Seed++
			if _, err := population.Fill(s.Context, s.DB, o); err != nil {
				t.Errorf("another seed: %v", err)
			}
		}
	}
	if len(rows[0]) == 0 || !slices.Equal(rows[0], rows[1]) {
		t.Errorf("%d and %d assignments, not the same", len(rows[0]), len(rows[1]))
	}
}

func TestAPopulationNeedsARealmToCopy(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	o := options()
	o.Into = "elsewhere"
	if _, err := population.Fill(s.Context, s.DB, o); err == nil {
		t.Error("a realm that does not exist was filled")
	}
	ctx, cancel := context.WithCancel(s.Context)
	cancel()
	if _, err := population.Fill(ctx, s.DB, options()); err == nil {
		t.Error("nobody waits any more, and it went on")
	}
}
