package e2e_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/internal/rest"
	"authserver/rbac"
	"authserver/tenant/application"
)

// claimsIn reads a JWT without checking it.
func claimsIn(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[min(1, len(parts)-1)])
	var claims map[string]any
	if err != nil || json.Unmarshal(raw, &claims) != nil {
		t.Fatalf("no JWT: %s", token)
	}
	return claims
}

func texts(v any) []string {
	list, _ := v.([]any)
	var all []string
	for _, one := range list {
		text, _ := one.(string)
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

func administration(h *e2e.House) string { return h.URL + "/api/v1/realms/acme" }

// Roles reach an application through tokens: with the next one, and at once by introspection.
func TestTokensTellRolesAndForgetThem(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	var appID string
	party := h.NewParty(func(d *application.Draft) { d.Scopes = append(d.Scopes, "permissions") })
	party.Scope = "openid email offline_access permissions"
	app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, party.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	appID = app.ID
	ctx, roles, person := h.Operator(), h.Server.Roles, h.NewPerson("rosa@example.com")
	if _, err := roles.CreatePermission(ctx, h.Realm.ID, appID, "invoice.read", ""); err != nil {
		t.Fatal(err)
	}
	clerk, err := roles.CreateRole(ctx, h.Realm.ID, rbac.Role{
		Slug: "clerk", Name: "Clerk", ApplicationID: appID, Grants: []rbac.Grant{{ApplicationID: appID, Code: "invoice.read"}},
		Requirements: []rbac.Requirement{rbac.VerifiedEmail},
	})
	if err != nil {
		t.Fatal(err)
	}
	u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, person.Email)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := roles.Assign(ctx, h.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: u.ID, RoleID: clerk.ID}); err != nil {
		t.Fatal(err)
	}
	_, tokens := signedIn(t, party, person)
	claims := claimsIn(t, tokens.AccessToken)
	if !slices.Equal(texts(claims["roles"]), []string{"clerk"}) || !slices.Equal(texts(claims["permissions"]), []string{"invoice.read"}) {
		t.Errorf("the token has %v, %v", claims["roles"], claims["permissions"])
	}
	seen := func() []string {
		t.Helper()
		answer, err := party.Introspect(t.Context(), tokens.AccessToken)
		if err != nil {
			t.Fatal(err)
		}
		return texts(answer["roles"])
	}
	if got := seen(); !slices.Equal(got, []string{"clerk"}) {
		t.Errorf("introspection has %v", got)
	}
	// The address is unproven again: the role is gone at once, and from the next token.
	if err := h.Server.Users.Readdress(ctx, h.Realm.ID, u.ID, u.Email, false); err != nil {
		t.Fatal(err)
	}
	if got := seen(); len(got) != 0 {
		t.Errorf("introspection still has %v", got)
	}
	next, err := party.Refresh(t.Context(), tokens.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if got := claimsIn(t, next.AccessToken); got["roles"] != nil || got["permissions"] != nil {
		t.Errorf("the next token has %v, %v", got["roles"], got["permissions"])
	}
}

// A person administers through an application that may, as far as their role goes, and no
// longer than they have it.
func TestAPersonAdministersAsFarAsTheirRoleGoes(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	console := h.NewParty(func(d *application.Draft) { d.Name, d.Scopes = "Console", append(d.Scopes, "admin") })
	console.Scope = "openid admin"
	shop := h.NewParty(nil)
	shop.Scope = "openid"
	rosa, boss := h.NewPerson("rosa@example.com"), h.NewPerson("boss@example.com")
	ctx := h.Operator()
	give := func(email, role string) *rbac.Assignment {
		t.Helper()
		u, err := h.Server.Users.ByEmail(ctx, h.Realm.ID, email)
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.Server.Roles.Assign(ctx, h.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: u.ID, RoleID: role})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	give(boss.Email, rbac.RealmAdministrator)
	manager := give(rosa.Email, rbac.UserManager)
	_, tokens := signedIn(t, console, rosa)
	do := func(party *e2e.Party, token, method, path, body string, status int, code string) string {
		t.Helper()
		answer, err := party.Bearer(t.Context(), method, administration(h)+path, token, body)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status != status || !strings.Contains(string(answer.Body), code) {
			t.Errorf("%s %s: %d %s, want %d %s", method, path, answer.Status, answer.Body, status, code)
		}
		return string(answer.Body)
	}
	list := do(console, tokens.AccessToken, http.MethodGet, "/users?q=boss", "", 200, "boss@example.com")
	var people rest.Listed[struct {
		ID string `json:"id"`
	}]
	if err := json.Unmarshal([]byte(list), &people); err != nil || len(people.Items) != 1 {
		t.Fatalf("%s: %v", list, err)
	}
	do(console, tokens.AccessToken, http.MethodGet, "/settings", "", 403, "permission_denied")
	// Whoever holds less cannot become who holds more (INC-149).
	for path, body := range map[string]string{
		"/suspension": `{}`, "/password-change": "",
	} {
		do(console, tokens.AccessToken, http.MethodPost, "/users/"+people.Items[0].ID+path, body, 403, "target_outranks")
	}
	do(console, tokens.AccessToken, http.MethodPut, "/users/"+people.Items[0].ID+"/password", `{"password":"plum-Carriage-77-tin"}`, 403, "target_outranks")
	do(console, tokens.AccessToken, http.MethodPatch, "/users/"+people.Items[0].ID, `{"email":"rosa2@example.com"}`, 403, "target_outranks")
	// An application that people merely sign in to does not administer.
	_, plain := signedIn(t, shop, rosa)
	do(shop, plain.AccessToken, http.MethodGet, "/users", "", 403, "scope_missing")
	if err := h.Server.Roles.Withdraw(context.WithoutCancel(ctx), h.Realm.ID, manager.ID, 0); err != nil {
		t.Fatal(err)
	}
	do(console, tokens.AccessToken, http.MethodGet, "/users", "", 403, "permission_denied")
}

// The last administrator stays, whoever asks.
func TestTheLastAdministratorCanNotBeSuspendedOrErased(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	boss := h.NewPerson("boss@example.com")
	party := h.NewParty(nil)
	u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, boss.Email)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Server.Roles.Assign(h.Operator(), h.Realm.ID, rbac.Assignment{SubjectKind: rbac.User, SubjectID: u.ID, RoleID: rbac.RealmAdministrator}); err != nil {
		t.Fatal(err)
	}
	_, key, err := h.Server.Applications.CreateKey(h.Operator(), h.Realm.ID, application.KeyDraft{Name: "all", Scopes: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	for path, body := range map[string]string{"/suspension": `{"reason":"x"}`, "/erasure": `{"now":true}`} {
		answer, err := party.Bearer(t.Context(), http.MethodPost, administration(h)+"/users/"+u.ID+path, key, body)
		if err != nil || answer.Status != http.StatusConflict || !strings.Contains(string(answer.Body), "last_administrator") {
			t.Errorf("%s: %d %s %v", path, answer.Status, answer.Body, err)
		}
	}
}
