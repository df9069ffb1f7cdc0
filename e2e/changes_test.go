package e2e_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/internal/event"
	"authserver/rbac"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Who reads the events knows from what to what administrators have changed something.
func TestAChangeIsToldWithItsValues(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	ctx := h.Operator()
	p := h.NewParty(nil)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Server.Realms.Update(ctx, h.Realm.ID, func(r *realm.Realm) error {
		r.Policy.Password.MinLength = 15
		r.Branding.PrimaryColor = "#336699"
		return nil
	})
	must(err)
	app, err := h.Server.Applications.ByClientID(ctx, h.Realm.ID, p.ClientID)
	must(err)
	_, err = h.Server.Applications.Update(ctx, h.Realm.ID, app.ID, func(a *application.Application) error {
		a.AccessTokenLifetime = 7 * time.Minute
		a.RedirectURIs = []string{"https://elsewhere.example/cb"}
		return nil
	})
	must(err)
	role, err := h.Server.Roles.CreateRole(ctx, h.Realm.ID, rbac.Role{Slug: "keeper", Name: "Keeper"})
	must(err)
	_, err = h.Server.Roles.UpdateRole(ctx, h.Realm.ID, role.ID, func(r *rbac.Role) error { r.Name = "Gatekeeper"; return nil })
	must(err)
	group, err := h.Server.Roles.CreateGroup(ctx, h.Realm.ID, "Crew", "")
	must(err)
	_, err = h.Server.Roles.UpdateGroup(ctx, h.Realm.ID, group.ID, func(g *rbac.People) error { g.Description = "On board"; return nil })
	must(err)

	for what, want := range map[string]string{
		"realm.updated":       `policy.password_min_length 12 -> 15`,
		"application.updated": `access_token_lifetime 0 -> 420`,
		"role.updated":        `name "Keeper" -> "Gatekeeper"`,
		"group.updated":       `description "" -> "On board"`,
	} {
		var payload struct{ Changes []event.Change }
		must(json.Unmarshal([]byte(latest(t, h, what)), &payload))
		said := payload.Changes
		found := false
		for _, c := range said {
			found = found || fmt.Sprintf("%s %s -> %s", c.Field, c.Before, c.After) == want
			if c.Field == "version" || c.Field == "updated_at" {
				t.Errorf("%s tells of %s, which changes each time", what, c.Field)
			}
		}
		if !found {
			t.Errorf("%s tells %s, not %s", what, latest(t, h, what), want)
		}
	}
}

// latest is the payload of the newest event of that type.
func latest(t *testing.T, h *e2e.House, what string) (payload string) {
	t.Helper()
	err := e2e.Books(t, h.Database).QueryRowContext(t.Context(), `SELECT payload FROM events WHERE type = '`+what+`' ORDER BY id DESC LIMIT 1`).Scan(&payload)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return payload
}
