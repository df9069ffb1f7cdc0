package e2e_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"authserver/client"
	"authserver/e2e"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
	"authserver/tenant/application"
)

// mason administers the realm of a house by documents, with a key for those permissions.
func mason(t *testing.T, h *e2e.House, scopes ...string) *client.RealmClient {
	t.Helper()
	_, key, err := h.Server.Applications.CreateKey(h.Operator(), h.Realm.ID, application.KeyDraft{Name: "mason", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(h.URL, client.Bearer(key))
	if err != nil {
		t.Fatal(err)
	}
	return c.In(h.Realm.Slug)
}

const shopfront = `version: 1
settings: {registration: true}
applications:
  shop: {name: Shop, type: service, secret_from: {value: 0123456789abcdefghijklmnopqrstuv}}
roles:
  clerk: {name: Clerk, permissions: [realm.read]}
groups:
  Sales: {}
assignments:
  - {group: Sales, role: clerk}
`

func TestADocumentIsAppliedByWhoMayDoWhatItSays(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	all := mason(t, h, "*")
	done, err := all.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte(shopfront))
	if err != nil || len(done.Steps) != 5 {
		t.Fatalf("applied %+v %v", done, err)
	}
	// Each step is in the log, by the key that asked for the whole.
	for _, kind := range []string{"application.created", "role.created", "group.created", "role_assignment.created"} {
		at := slices.IndexFunc(eventtest.Recorded(t, h.Server.Database, h.Realm.ID), func(e event.Event) bool { return e.Type == kind })
		if at < 0 {
			t.Errorf("no event %s", kind)
			continue
		}
		if a := eventtest.Recorded(t, h.Server.Database, h.Realm.ID)[at].Actor; a.Kind != "api_key" || a.ID == "" || a.IP == "" {
			t.Errorf("%s is by %+v", kind, a)
		}
	}
	again, err := all.PlanBlueprint(t.Context(), []byte(shopfront))
	if err != nil || len(again.Steps) != 0 {
		t.Errorf("there is more to do: %+v %v", again, err)
	}

	// Whoever may change the realm, but not its roles, changes nothing by a document with roles.
	half := mason(t, h, "realm.read", "realm.write", "applications.read", "applications.write", "roles.read")
	const more = "version: 1\nsettings: {registration: false}\nroles:\n  clerk: {}\n  chief: {name: Chief, permissions: [users.read]}\n"
	if _, err := half.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte(more)); client.Code(err) != "permission_denied" {
		t.Errorf("roles without leave: %v", err)
	}
	settings, err := all.GetSettings(t.Context())
	if err != nil || (*settings)["registration"] != true {
		t.Errorf("the first step stayed: %v %v", (*settings)["registration"], err)
	}
	if r, err := h.Server.Realms.BySlug(t.Context(), h.Realm.Slug); err != nil || !r.Policy.Registration {
		t.Errorf("what was undone is remembered: %v", err)
	}
	if _, err := half.PlanBlueprint(t.Context(), []byte("version: 1\ngroups: {}\n")); client.Code(err) != "permission_denied" {
		t.Errorf("a plan of what may not be read: %v", err)
	}
	text, err := half.ExportBlueprint(t.Context())
	if err != nil || !strings.Contains(string(text), "# groups may not be read") || strings.Contains(string(text), "Sales") {
		t.Errorf("exported %s %v", text, err)
	}
	// Whoever holds roles.write, but not what a role grants, makes no such role.
	lender := mason(t, h, "realm.read", "realm.write", "applications.read", "roles.read", "roles.write")
	if _, err := lender.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte("version: 1\nroles:\n  clerk: {}\n  chief: {name: Chief, permissions: [users.erase]}\n")); client.Code(err) != "grant_not_held" {
		t.Errorf("a role of what is not held: %v", err)
	}
	for _, reader := range []*client.RealmClient{mason(t, h, "realm.read"), mason(t, h, "users.read")} {
		if _, err := reader.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte("version: 1\n")); client.Code(err) != "permission_denied" {
			t.Errorf("without realm.write: %v", err)
		}
	}
}

// A step that fails late leaves nothing, in no table and in nobody's memory.
func TestAFailingDocumentLeavesNothing(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	all := mason(t, h, "*")
	const broken = shopfront + "policies:\n  Last: {source: 'forbid (principal, action == Action::\"nothing\", resource);'}\n"
	before := len(eventtest.Types(t, h.Server.Database, h.Realm.ID))
	_, err := all.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte(broken))
	if p := (*client.Problem)(nil); !errors.As(err, &p) || p.Status != http.StatusBadRequest || !strings.Contains(p.Detail, "Last") {
		t.Fatalf("refused with %v", err)
	}
	if after := len(eventtest.Types(t, h.Server.Database, h.Realm.ID)); after != before {
		t.Errorf("%d events of what has not happened", after-before)
	}
	plan, err := all.PlanBlueprint(t.Context(), []byte(shopfront))
	if err != nil || len(plan.Steps) != 5 {
		t.Errorf("something is there: %+v %v", plan, err)
	}
	if _, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, "shop"); !errors.Is(err, application.ErrNotFound) {
		t.Errorf("the application: %v", err)
	}
	for r, err := range all.AllRoles(t.Context(), client.ListRolesQuery{}) {
		if err != nil || r.Slug == "clerk" {
			t.Errorf("the role is remembered: %v", err)
		}
	}
	if _, err := all.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte(shopfront)); err != nil {
		t.Errorf("the same without it: %v", err)
	}
}

func TestWhatADocumentCannotBe(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	all := mason(t, h, "*")
	plan, err := all.PlanBlueprint(t.Context(), []byte(shopfront))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(plan.Plan, " ") || plan.Plan == "" {
		t.Errorf("the plan is called %q", plan.Plan)
	}
	for text, code := range map[string]string{
		"":                        "blueprint_invalid",
		"version: 1\nroels: {}\n": "blueprint_invalid",
		"version: 1\napplications:\n  abc: {name: A, type: service, secret_from: {env: HOME}}\n":         "blueprint_invalid",
		"version: 1\napplications:\n  abc: {name: A, type: service, secret_from: {file: /etc/passwd}}\n": "blueprint_invalid",
		"version: 1\nassignments:\n  - {group: Nobody, role: clerk}\n":                                   "blueprint_step_failed",
		"version: 1\napplications:\n  abc: {name: A, type: service, secret_from: {value: short}}\n":      "client_secret_weak",
		"version: 1\nsettings: {session_idle: 1}\n":                                                      "realm_policy_invalid",
	} {
		if _, err := all.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte(text)); client.Code(err) != code {
			t.Errorf("%q: %v, want %s", text, err, code)
		}
	}
	// A plan that was looked at is carried out, or none.
	if _, err := all.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{Plan: "0123456789abcdef"}, []byte(shopfront)); client.Code(err) != "blueprint_stale" {
		t.Errorf("another plan: %v", err)
	}
	if _, err := all.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{Plan: plan.Plan}, []byte(shopfront)); err != nil {
		t.Errorf("that plan: %v", err)
	}
	if _, err := all.ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte("version: 1\ngroups: {}\n")); client.Code(err) != "blueprint_destroys" {
		t.Errorf("destroys: %v", err)
	}
	// Nobody reaches another realm by a document.
	other := h.NewRealm("bravo")
	_, key, err := h.Server.Applications.CreateKey(h.Operator(), other.ID, application.KeyDraft{Name: "mason", Scopes: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := client.New(h.URL, client.Bearer(key))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.In(h.Realm.Slug).ApplyBlueprint(t.Context(), client.ApplyBlueprintQuery{}, []byte("version: 1\n")); client.Code(err) != "api_key_invalid" {
		t.Errorf("with a key of another realm: %v", err)
	}
}
