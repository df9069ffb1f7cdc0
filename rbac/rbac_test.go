package rbac_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
	"authserver/rbac"
)

func (s *stage) allowed(who, code, appID string) (bool, rbac.Decision) {
	s.t.Helper()
	d, err := s.roles.Decide(s.Context, s.Realm.ID, rbac.User, who, rbac.How{}, rbac.Question{Grant: rbac.Grant{ApplicationID: appID, Code: code}})
	s.must(err)
	return d.Allowed, d
}

func TestAPermissionComesThroughNestedRolesOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.permission("invoice.read")
	g := rbac.Grant{ApplicationID: s.shop.ID, Code: "invoice.read"}
	inner := s.role(rbac.Role{Slug: "reader", ApplicationID: s.shop.ID, Grants: []rbac.Grant{g}})
	middle := s.role(rbac.Role{Slug: "clerk", Nested: []string{inner.ID}})
	outer := s.role(rbac.Role{Slug: "manager", Nested: []string{middle.ID}})
	if ok, d := s.allowed(s.ben.ID, g.Code, s.shop.ID); ok || d.Reasons[0].Code != rbac.NoGrant {
		t.Fatalf("before: %+v", d)
	}
	a := s.assign(s.ben.ID, outer.ID, "")
	want := []string{"assignment:" + a.ID, "role:" + outer.ID, "role:" + middle.ID, "role:" + inner.ID, "permission:invoice.read"}
	if ok, d := s.allowed(s.ben.ID, g.Code, s.shop.ID); !ok || !slices.Equal(d.Path, want) {
		t.Fatalf("after: %+v", d)
	}
	roles, permissions, err := s.roles.HeldBy(s.Context, s.Realm.ID, rbac.User, s.ben.ID, rbac.How{}, s.shop.ID)
	if err != nil || !slices.Equal(roles, []string{"clerk", "manager", "reader"}) || !slices.Equal(permissions, []string{"invoice.read"}) {
		t.Errorf("held %v %v %v", roles, permissions, err)
	}
	if roles, _, _ := s.roles.HeldBy(s.Context, s.Realm.ID, rbac.User, s.ben.ID, rbac.How{}, s.register("Other").ID); slices.Contains(roles, "reader") {
		t.Errorf("another application is told %v", roles)
	}
	s.must(s.roles.Withdraw(s.Context, s.Realm.ID, a.ID, 0))
	if ok, _ := s.allowed(s.ben.ID, g.Code, s.shop.ID); ok {
		t.Error("allowed after the role was withdrawn")
	}
}

func TestRolesContainNoCycles(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := s.role(rbac.Role{Slug: "a"})
	b := s.role(rbac.Role{Slug: "b", Nested: []string{a.ID}})
	nest := func(parent, child string) error {
		_, err := s.roles.UpdateRole(s.Context, s.Realm.ID, parent, func(r *rbac.Role) error {
			r.Nested = append(r.Nested, child)
			return nil
		})
		return err
	}
	if err := nest(a.ID, b.ID); !errors.Is(err, rbac.ErrRoleCycle) {
		t.Errorf("a in b in a: %v", err)
	}
	if err := nest(a.ID, a.ID); !errors.Is(err, rbac.ErrRoleCycle) {
		t.Errorf("a in a: %v", err)
	}
	// Two at once, each harmless alone.
	c, d := s.role(rbac.Role{Slug: "c"}), s.role(rbac.Role{Slug: "d"})
	pairs := [][2]string{{c.ID, d.ID}, {d.ID, c.ID}}
	failed := 0
	for _, err := range identitytest.Together(2, func(i int) error { return nest(pairs[i][0], pairs[i][1]) }) {
		if errors.Is(err, rbac.ErrRoleCycle) {
			failed++
		} else if err != nil {
			t.Error(err)
		}
	}
	if failed != 1 {
		t.Errorf("%d of two crossing edits were refused", failed)
	}
	deep := a.ID
	var err error
	for i := range 10 {
		var r *rbac.Role
		r, err = s.roles.CreateRole(s.Context, s.Realm.ID, rbac.Role{Slug: "deep-" + string(rune('a'+i)), Name: "Deep", Nested: []string{deep}})
		if err != nil {
			break
		}
		deep = r.ID
	}
	if !errors.Is(err, rbac.ErrRoleDeep) {
		t.Errorf("10 deep: %v", err)
	}
}

func TestARequirementThatIsLostBarsAtOnceAndComesBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	eve, err := s.Users.Create(s.Context, s.Realm, userNamed("eve@example.com"))
	s.must(err)
	r := s.role(rbac.Role{Slug: "trusted", Grants: []rbac.Grant{{Code: "users.read"}}, Requirements: []rbac.Requirement{rbac.VerifiedEmail}})
	if _, err := s.roles.Assign(s.Context, s.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: eve.ID, RoleID: r.ID}); !errors.Is(err, rbac.ErrRequirementsUnmet) {
		t.Fatalf("assigned to somebody unverified: %v", err)
	}
	s.verify(eve)
	a := s.assign(eve.ID, r.ID, "")
	if ok, d := s.allowed(eve.ID, "users.read", ""); !ok {
		t.Fatalf("verified: %+v", d)
	}
	s.must(s.DB.InTx(s.Context, func(ctx context.Context) error {
		return s.Users.ChangeEmail(ctx, s.Realm.ID, eve.ID, "eve@example.com", "eva@example.com")
	}))
	s.must(s.DB.InTx(s.Context, func(ctx context.Context) error {
		return s.DB.With(ctx).Exec("UPDATE users SET email_verified = ? WHERE id = ?", false, eve.ID).Error
	}))
	if ok, d := s.allowed(eve.ID, "users.read", ""); ok || d.Reasons[0].Code != rbac.Unmet || d.Reasons[0].Detail != "verified_email" {
		t.Errorf("unverified, before anybody has looked: %+v", d)
	}
	mark := func() *rbac.Assignment {
		s.must(s.DB.InTx(s.Context, func(ctx context.Context) error {
			return s.roles.Handle(ctx, event.Event{Type: "user.updated", Ref: eve.Ref()})
		}))
		got, err := s.roles.Assignment(s.Context, s.Realm.ID, a.ID)
		s.must(err)
		return got
	}
	if got := mark(); got.Valid() {
		t.Error("the assignment still says that it is valid")
	}
	s.verifyAs(eve.ID, "eva@example.com")
	if got := mark(); !got.Valid() {
		t.Errorf("the assignment stays invalid: %v", got.Unmet)
	}
	if ok, _ := s.allowed(eve.ID, "users.read", ""); !ok {
		t.Error("verified again, and still barred")
	}
	types := eventtest.Types(t, s.DB, s.Realm.ID)
	for _, want := range []string{"role.created", "role_assignment.created", "role_assignment.invalidated", "role_assignment.restored"} {
		if !slices.Contains(types, want) {
			t.Errorf("no %s among %v", want, types)
		}
	}
}

func TestConditionsOfAnAssignment(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	now := s.Clock.Now()
	w := rbac.NewWorld("r", []*rbac.Role{{ID: "x", Grants: []rbac.Grant{{Code: "users.read"}}}})
	q := rbac.Question{Grant: rbac.Grant{Code: "users.read"}}
	facts := rbac.Facts{Kind: rbac.User, Active: true, Now: now, FactorAt: now.Add(-time.Minute), IP: netip.MustParseAddr("192.0.2.7")}
	for name, c := range map[string]struct {
		edit func(*rbac.Assignment, *rbac.Facts, *rbac.Question)
		code string
	}{
		"plain":        {func(*rbac.Assignment, *rbac.Facts, *rbac.Question) {}, rbac.Granted},
		"not yet":      {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.StartsAt = now.Add(time.Second) }, rbac.NotYet},
		"just begun":   {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.StartsAt = now }, rbac.Granted},
		"over":         {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.ExpiresAt = now }, rbac.Over},
		"not over":     {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.ExpiresAt = now.Add(1) }, rbac.Granted},
		"elsewhere":    {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.ApplicationID = "shop" }, rbac.Elsewhere},
		"there":        {func(a *rbac.Assignment, _ *rbac.Facts, q *rbac.Question) { a.ApplicationID, q.Scope = "shop", "shop" }, rbac.Granted},
		"factor fresh": {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.MaxFactorAge = time.Minute }, rbac.Granted},
		"factor old":   {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.MaxFactorAge = time.Second }, rbac.FactorOld},
		"no factor": {func(a *rbac.Assignment, f *rbac.Facts, _ *rbac.Question) {
			a.MaxFactorAge, f.FactorAt = time.Hour, time.Time{}
		}, rbac.FactorOld},
		"in the network": {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.Networks = nets("192.0.2.0/24") }, rbac.Granted},
		"outside of it":  {func(a *rbac.Assignment, _ *rbac.Facts, _ *rbac.Question) { a.Networks = nets("198.51.100.0/24") }, rbac.BadNetwork},
		"from nowhere": {func(a *rbac.Assignment, f *rbac.Facts, _ *rbac.Question) {
			a.Networks, f.IP = nets("0.0.0.0/0"), netip.Addr{}
		}, rbac.BadNetwork},
		"suspended":          {func(_ *rbac.Assignment, f *rbac.Facts, _ *rbac.Question) { f.Active = false }, rbac.Inactive},
		"another permission": {func(_ *rbac.Assignment, _ *rbac.Facts, q *rbac.Question) { q.Code = "users.write" }, rbac.NoGrant},
	} {
		a, f, q := rbac.Assignment{ID: "a", SubjectKind: rbac.User, RoleID: "x"}, facts, q
		c.edit(&a, &f, &q)
		d := rbac.Evaluate(w, f, []*rbac.Assignment{&a}, q)
		if d.Reasons[0].Code != c.code || d.Allowed != (c.code == rbac.Granted) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func nets(list ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, n := range list {
		all = append(all, netip.MustParsePrefix(n))
	}
	return all
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	own, err := s.roles.Assignments(s.Context, s.Realm.ID, rbac.Filter{SubjectKind: rbac.User, SubjectID: s.ann.ID, Limit: 5})
	s.must(err)
	lone := own[0].ID
	last := func(userID string) error {
		return s.DB.InTx(s.Context, func(ctx context.Context) error { return s.roles.LastAdministrator(ctx, s.Realm.ID, userID) })
	}
	for name, err := range map[string]error{
		"withdrawn": s.roles.Withdraw(s.Context, s.Realm.ID, lone, 0),
		"limited": func() error {
			_, err := s.roles.Reschedule(s.Context, s.Realm.ID, lone, func(a *rbac.Assignment) error {
				a.ExpiresAt = s.Clock.Now().Add(time.Hour)
				return nil
			})
			return err
		}(),
		"suspended": last(s.ann.ID),
	} {
		if !errors.Is(err, rbac.ErrLastAdministrator) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.must(last(s.ben.ID))
	// A group counts as well, and its last member stays then.
	g, err := s.roles.CreateGroup(s.Context, s.Realm.ID, "Board", "")
	s.must(err)
	_, err = s.roles.Assign(s.Context, s.Realm.ID, rbac.Assignment{SubjectKind: rbac.Group, SubjectID: g.ID, RoleID: rbac.RealmAdministrator})
	s.must(err)
	s.must(s.roles.AddMember(s.Context, s.Realm.ID, g.ID, rbac.User, s.ben.ID))
	s.must(s.roles.Withdraw(s.Context, s.Realm.ID, lone, 0))
	if err := s.roles.RemoveMember(s.Context, s.Realm.ID, g.ID, s.ben.ID); !errors.Is(err, rbac.ErrLastAdministrator) {
		t.Errorf("removed from the group: %v", err)
	}
	if err := s.roles.DeleteGroup(s.Context, s.Realm.ID, g.ID, 0); !errors.Is(err, rbac.ErrLastAdministrator) {
		t.Errorf("group deleted: %v", err)
	}
	// Two who leave at once do not leave nobody.
	s.assign(s.ann.ID, rbac.RealmAdministrator, "")
	left := 0
	for _, err := range identitytest.Together(2, func(i int) error {
		return s.DB.InTx(s.Context, func(ctx context.Context) error {
			u := []string{s.ann.ID, s.ben.ID}[i]
			if err := s.roles.LastAdministrator(ctx, s.Realm.ID, u); err != nil {
				return err
			}
			return s.Users.Suspend(ctx, s.Realm.ID, u, "test")
		})
	}) {
		if err == nil {
			left++
		} else if !errors.Is(err, rbac.ErrLastAdministrator) {
			t.Error(err)
		}
	}
	if left != 1 {
		t.Errorf("%d of two administrators could go", left)
	}
}

func TestNobodyGrantsWhatTheyDoNotHold(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.permission("invoice.read")
	manager := s.role(rbac.Role{Slug: "granter", Grants: []rbac.Grant{
		{Code: "roles.read"}, {Code: "roles.write"}, {Code: "assignments.read"}, {Code: "assignments.write"}, {Code: "groups.write"}, {Code: "groups.read"},
	}})
	s.assign(s.ben.ID, manager.ID, "")
	ben, ann := "user:"+s.ben.ID, "user:"+s.ann.ID
	id := func(answer string) string {
		var v struct {
			ID string `json:"id"`
		}
		s.must(json.Unmarshal([]byte(answer), &v))
		return v.ID
	}
	s.want(403, "grant_not_held", ben, "POST", "/assignments", `{"subject_id":"`+s.ben.ID+`","role_id":"realm-administrator"}`)
	s.want(403, "grant_not_held", ben, "POST", "/assignments", `{"subject_id":"`+s.ben.ID+`","role_id":"user-manager"}`)
	s.want(403, "grant_not_held", ben, "POST", "/roles", `{"slug":"x","name":"X","permissions":[{"code":"users.erase"}]}`)
	s.want(403, "grant_not_held", ben, "POST", "/roles", `{"slug":"x","name":"X","nested":["realm-administrator"]}`)
	s.want(403, "grant_not_held", ben, "PATCH", "/roles/"+manager.ID, `{"permissions":[{"code":"users.erase"}]}`)
	// A role that others gave more cannot be emptied or handed on.
	strong := id(s.want(201, "", ann, "POST", "/roles", `{"slug":"strong","name":"Strong","permissions":[{"code":"users.write"}]}`))
	s.want(403, "grant_not_held", ben, "PATCH", "/roles/"+strong, `{"permissions":[]}`)
	s.want(403, "grant_not_held", ben, "DELETE", "/roles/"+strong, "")
	// Nor through a group that has it.
	group := id(s.want(201, "", ann, "POST", "/groups", `{"name":"Strong"}`))
	s.want(201, "", ann, "POST", "/assignments", `{"subject_kind":"group","subject_id":"`+group+`","role_id":"`+strong+`"}`)
	s.want(403, "grant_not_held", ben, "POST", "/groups/"+group+"/members", `{"id":"`+s.ben.ID+`"}`)
	// What he holds he may give, and an application's own permissions.
	s.want(201, "", ben, "POST", "/roles", `{"slug":"mine","name":"Mine","permissions":[{"code":"roles.read"},{"application_id":"`+s.shop.ID+`","code":"invoice.read"}]}`)
	s.want(404, "role_not_found", ben, "POST", "/assignments", `{"subject_id":"`+s.ben.ID+`","role_id":"nobody"}`)
	s.want(404, "subject_not_found", ann, "POST", "/assignments", `{"subject_id":"`+group+`","role_id":"read-only"}`)
}

func TestAnApplicationsAdministratorStaysWithinIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other := s.register("Other")
	s.assign(s.ben.ID, rbac.ApplicationAdministrator, s.shop.ID)
	ben, ann := "user:"+s.ben.ID, "user:"+s.ann.ID
	s.want(201, "", ben, "POST", "/permissions", `{"application_id":"`+s.shop.ID+`","code":"a.read"}`)
	s.want(404, "application_not_found", ben, "POST", "/permissions", `{"application_id":"`+other.ID+`","code":"a.read"}`)
	foreign := s.want(201, "", ann, "POST", "/permissions", `{"application_id":"`+other.ID+`","code":"b.read"}`)
	var v struct {
		ID string `json:"id"`
	}
	s.must(json.Unmarshal([]byte(foreign), &v))
	s.want(404, "permission_not_found", ben, "GET", "/permissions/"+v.ID, "")
	s.want(404, "permission_not_found", ben, "DELETE", "/permissions/"+v.ID, "")
	s.want(404, "application_not_found", ben, "POST", "/roles", `{"slug":"x","name":"X"}`)
	s.want(201, "", ben, "POST", "/roles", `{"application_id":"`+s.shop.ID+`","slug":"reader","name":"Reader","permissions":[{"application_id":"`+s.shop.ID+`","code":"a.read"}]}`)
	s.want(400, "permission_invalid", ben, "POST", "/roles", `{"application_id":"`+s.shop.ID+`","slug":"y","name":"Y","permissions":[{"code":"users.read"}]}`)
	s.want(404, "application_not_found", ben, "POST", "/assignments", `{"subject_id":"`+s.ben.ID+`","role_id":"application-administrator"}`)
	s.want(404, "application_not_found", ben, "POST", "/assignments", `{"subject_id":"`+s.ben.ID+`","role_id":"application-administrator","application_id":"`+other.ID+`"}`)
	s.want(403, "permission_denied", ben, "GET", "/groups", "")
	if list := s.want(200, "", ben, "GET", "/permissions", ""); len(list) == 0 || slices.Contains([]string{list}, v.ID) {
		t.Errorf("sees %s", list)
	}
}

func TestWhoHasNoRoleCostsNoQueryTwice(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ask := func(ctx context.Context) {
		if _, _, err := s.roles.HeldBy(ctx, s.Realm.ID, rbac.User, s.ben.ID, rbac.How{}, s.shop.ID); err != nil {
			t.Error(err)
		}
	}
	ask(s.Context)
	if n := s.statements(ask); n != 0 {
		t.Errorf("%d queries the second time", n)
	}
}

func TestARoleDemandsASecondFactor(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	asks := func(userID string) bool {
		t.Helper()
		wanted, err := s.roles.RequiresFactor(s.Context, s.Realm.ID, userID)
		s.must(err)
		return wanted
	}
	if asks(s.ben.ID) {
		t.Error("nothing demands it")
	}
	strong := s.role(rbac.Role{Slug: "strong", Requirements: []rbac.Requirement{rbac.StrongFactor}})
	outer := s.role(rbac.Role{Slug: "outer", Nested: []string{strong.ID}})
	g, err := s.roles.CreateGroup(s.Context, s.Realm.ID, "Board", "")
	s.must(err)
	_, err = s.roles.Assign(s.Context, s.Realm.ID, rbac.Assignment{SubjectKind: rbac.Group, SubjectID: g.ID, RoleID: outer.ID})
	s.must(err)
	if asks(s.ben.ID) {
		t.Error("he is not in the group")
	}
	s.must(s.roles.AddMember(s.Context, s.Realm.ID, g.ID, rbac.User, s.ben.ID))
	if !asks(s.ben.ID) || asks(s.ann.ID) {
		t.Errorf("a member: %v, another: %v", asks(s.ben.ID), asks(s.ann.ID))
	}
}
