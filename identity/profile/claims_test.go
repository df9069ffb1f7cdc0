package profile_test

import (
	"maps"
	"slices"
	"testing"

	"authserver/identity/profile"
	"authserver/identity/user"
)

func TestClaimsGoWhereTheyMay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	scope := func(name string, apps ...string) func(*profile.Field) {
		return func(f *profile.Field) { f.Scope, f.Applications = name, apps }
	}
	h.set(t,
		field("team", profile.Select, scope("profile")), field("size", profile.Number, scope("hr")),
		field("shop_level", profile.String, scope("profile", h.app.ClientID)), field("bank_level", profile.String, scope("profile", "bank")),
		field("note", profile.String, hidden, scope("hr")), field("private", profile.String),
	)
	u := h.User(t, "ann@example.com")
	u, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Attributes: map[string]any{
		"team": "red", "size": 4.0, "shop_level": "gold", "bank_level": "black", "note": "kind", "private": "x", "gone": "y",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for want, scopes := range map[string][]string{
		"": {"openid", "email"}, "shop_level team": {"openid", "profile"}, "note size": {"hr"}, "note shop_level size team": {"profile", "hr"},
	} {
		claims, err := h.profiles.Claims(h.Context, h.Realm, h.app, u, scopes)
		got := ""
		for i, name := range slices.Sorted(maps.Keys(claims)) {
			if i > 0 {
				got += " "
			}
			got += name
		}
		if err != nil || got != want {
			t.Errorf("scopes %v open %q (%v), want %q", scopes, got, err, want)
		}
	}
	// A stricter schema keeps back what it would not take.
	h.set(t, field("team", profile.Select, scope("profile"), func(f *profile.Field) { f.Options = f.Options[1:] }))
	if claims, err := h.profiles.Claims(h.Context, h.Realm, h.app, u, []string{"profile", "hr"}); err != nil || len(claims) != 0 {
		t.Errorf("outgrown values: %v, %v", claims, err)
	}
}

func TestMissingIsWhatThePersonCanTell(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "name", "phone", "address", "team", "nobody_knows")
	u := h.User(t, "ann@example.com")
	missing := func() []string {
		t.Helper()
		list, err := h.profiles.Missing(h.Context, h.Realm, h.app, h.user(t, u))
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := missing(); !slices.Equal(got, []string{"name", "phone_number", "address"}) {
		t.Errorf("without a schema: %v", got)
	}
	h.set(t, field("team", profile.Select), field("size", profile.Number, required), field("staff", profile.String, required, adminOnly))
	if got := missing(); !slices.Equal(got, []string{"name", "phone_number", "address", "team", "size"}) {
		t.Errorf("with one: %v", got)
	}
	name, phone := "Ann", "+4930123456"
	if _, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{
		Name: &name, Phone: &phone, Address: &user.Address{Locality: "Ulm"}, Attributes: map[string]any{"team": "red", "size": 1.0},
	}); err != nil {
		t.Fatal(err)
	}
	if got := missing(); len(got) != 0 {
		t.Errorf("all is told: %v", got)
	}
	if got, err := h.profiles.Incomplete(h.Context, h.Realm, h.user(t, u)); err != nil || !slices.Equal(got, []string{"staff"}) {
		t.Errorf("incomplete for administrators: %v, %v", got, err)
	}
	h.set(t, field("team", profile.Select, func(f *profile.Field) { f.Options = f.Options[1:] }))
	if got := missing(); !slices.Equal(got, []string{"team"}) {
		t.Errorf("an answer that is none any more: %v", got)
	}
}
