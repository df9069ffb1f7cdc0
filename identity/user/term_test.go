package user_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/id"
)

// find returns the addresses of whom the query finds, page by page.
func find(t *testing.T, h *identitytest.House, f user.Filter) []string {
	t.Helper()
	var found []string
	for f.Limit = 2; ; {
		page, err := h.Users.List(h.Context, h.Realm.ID, f)
		if err != nil {
			t.Fatalf("%+v: %v", f, err)
		}
		for _, u := range page {
			found = append(found, strings.TrimSuffix(u.Email, "@example.com"))
			f.After = u.ID
		}
		if len(page) < f.Limit {
			return found
		}
	}
}

// named makes somebody who is called so.
func named(t *testing.T, h *identitytest.House, given, family, email string) *user.User {
	t.Helper()
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: email, GivenName: given, FamilyName: family, Name: given + " " + family})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPeopleAreFoundByTheBeginningOfWhatTheyAreCalled(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	for _, p := range [][3]string{
		{"Rosa", "Berg", "rosa@example.com"}, {"Ruth", "Rosenholm", "ruth@example.com"}, {"Émile", "Ångström", "emile@example.com"},
		{"Ada", "O'Neil_50%", "z-ada@example.com"}, {"Rosalind", "Ada", "ros@example.com"},
	} {
		named(t, h, p[0], p[1], p[2])
	}
	other := h.NewRealm(t, "other")
	if _, err := h.Users.Create(h.Context, other, user.NewUser{Email: "rosa@example.com", Name: "Rosa"}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"ROS":           {"ros", "rosa", "ruth"}, // ros@…, rosa, rosenholm: each once, in that order
		"rosa":          {"rosa", "ros"},
		"rosa b":        {"rosa"},
		"ångs":          {"emile"},
		"éM":            {"emile"},
		"ÉMILE ÅNGSTRÖ": {"emile"},
		"ada":           {"ros", "z-ada"}, // a family name as well
		"o'neil_50%":    {"z-ada"},
		"o_neil":        nil, // nothing stands for any letter
		"%":             nil,
		"erg":           nil, // a beginning
		" ruth ":        {"ruth"},
	} {
		got := find(t, h, user.Filter{Query: query})
		if query == "ada" { // the same word: in the order of their ids
			slices.Sort(got)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", query, got, want)
		}
	}
	verified := true
	if got := find(t, h, user.Filter{Query: "ros", EmailVerified: &verified}); len(got) != 0 {
		t.Errorf("verified: %v", got)
	}
	if got := find(t, h, user.Filter{Query: "ros", Status: user.StatusSuspended}); len(got) != 0 {
		t.Errorf("suspended: %v", got)
	}
}

func TestWhoIsCalledOtherwiseIsFoundOtherwise(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := named(t, h, "Ada", "Berg", "ada@example.com")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, found, lost []string) {
		t.Helper()
		for _, q := range found {
			if got := find(t, h, user.Filter{Query: q}); len(got) != 1 {
				t.Errorf("%s: %q finds %v", when, q, got)
			}
		}
		for _, q := range lost {
			if got := find(t, h, user.Filter{Query: q}); len(got) != 0 {
				t.Errorf("%s: %q still finds %v", when, q, got)
			}
		}
	}
	_, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{FamilyName: text("Holm"), Name: text("Ada Holm")})
	must(err)
	check("renamed", []string{"ada h", "holm", "ada@"}, []string{"berg", "ada b"})
	must(h.Users.Readdress(h.Context, h.Realm.ID, u.ID, "holm.ada@example.com", false))
	check("readdressed", []string{"holm.a", "ada h"}, []string{"ada@"})
	must(h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "")) // the row changes, and not what finds it
	must(h.Users.Restore(h.Context, h.Realm.ID, u.ID, ""))
	check("suspended and restored", []string{"holm.a"}, nil)
	must(h.Users.Reclaim(h.Context, h.Realm.ID, u.ID))
	check("reclaimed", []string{"holm.a"}, []string{"ada h", "holm,"})
	must(h.Users.Erase(h.Context, h.Realm.ID, u.ID))
	check("erased", nil, []string{"holm", "ada", "erased"})
	var left int64
	must(h.DB.With(h.Context).Raw("SELECT COUNT(*) FROM user_terms WHERE user_id = ?", u.ID).Scan(&left).Error)
	if left != 0 {
		t.Errorf("%d terms of somebody who is erased", left)
	}
}

// A version that knows nothing of terms serves until the last node is replaced.
func TestWhomAnOlderVersionWritesIsFound(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	ada := named(t, h, "Ada", "Berg", "ada@example.com")
	write := func(sql string, values ...any) {
		t.Helper()
		err := h.DB.InTx(h.Context, func(ctx context.Context) error { return h.DB.With(ctx).Exec(sql, values...).Error })
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		write("INSERT INTO users (id, realm_id, email, email_key, email_verified, given_name, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)",
			id.New(), h.Realm.ID, fmt.Sprintf("Ruth%d@example.com", i), fmt.Sprintf("ruth%d@example.com", i), false, "Ruth", "active")
	}
	write("UPDATE users SET family_name = ?, version = version + 1 WHERE id = ?", "Holm", ada.ID)
	for _, when := range []string{"before anybody noticed", "after"} {
		if got := find(t, h, user.Filter{Query: "ruth"}); len(got) != 3 {
			t.Errorf("%s: ruth finds %v", when, got)
		}
		if got := find(t, h, user.Filter{Query: "holm"}); !slices.Equal(got, []string{"ada"}) {
			t.Errorf("%s: holm finds %v", when, got)
		}
		if got := find(t, h, user.Filter{Query: "berg"}); len(got) != 0 {
			t.Errorf("%s: berg finds %v", when, got)
		}
		if err := h.Users.CatchUp(h.Context); err != nil {
			t.Fatal(err)
		}
	}
	var waiting, terms int64
	if err := h.DB.With(h.Context).Raw("SELECT COUNT(*) FROM users WHERE searched < version").Scan(&waiting).Error; err != nil || waiting != 0 {
		t.Errorf("%d wait, %v", waiting, err)
	}
	if err := h.DB.With(h.Context).Raw("SELECT COUNT(*) FROM user_terms").Scan(&terms).Error; err != nil || terms != 3*2+4 {
		t.Errorf("%d terms, %v", terms, err)
	}
}

func TestAPageDoesNotGoOnFromNowhere(t *testing.T) {
	t.Parallel()
	h := identitytest.New(t)
	u := named(t, h, "Ada", "Berg", "ada@example.com")
	for _, f := range []user.Filter{{Query: "berg", After: id.New()}, {After: id.New()}, {Query: "holm", After: u.ID}} {
		f.Limit = 10
		if _, err := h.Users.List(h.Context, h.Realm.ID, f); !errors.Is(err, user.ErrChanged) {
			t.Errorf("%+v: %v, want ErrChanged", f, err)
		}
	}
}
