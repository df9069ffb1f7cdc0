// Package federation lets people of node-oidc-provider, unmodified, sign in to our server.
package federation

import (
	"regexp"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/identity/federation"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const secret = "a secret with %/+ in it"

// visit signs in at the provider's own pages as somebody, agrees, and returns where the provider sends the browser back to.
func visit(t *testing.T, there *e2e.Browser, address, name string) string {
	t.Helper()
	page, err := there.Click(t.Context(), address)
	for range 3 {
		if err != nil {
			t.Fatal(err)
		}
		if page.Left() {
			return page.URL.String()
		}
		var form *e2e.Form
		if form, err = page.Form(""); err != nil {
			t.Fatal(err)
		}
		if page.Doc().Find(`input[name="login"]`).Length() > 0 {
			form.Fill("login", name).Fill("password", "anything")
		}
		page, err = there.Submit(t.Context(), form)
	}
	if err != nil || !page.Left() {
		t.Fatalf("still there: %v, %v", page, err)
	}
	return page.URL.String()
}

func TestPeopleOfAnotherProgramSignIn(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"RS256", "PS256", "ES256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			h := e2e.Open(t)
			if _, err := h.Server.Realms.Update(h.Operator(), h.Realm.ID, func(r *realm.Realm) error {
				r.Policy.Registration = true
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			listen := e2e.FreeAddress(t)
			node, err := e2e.Start("node", ".", []string{
				"PORT=" + listen[strings.LastIndex(listen, ":")+1:], "CALLBACK=" + h.Issuer + "/federation/town/callback", "ALGORITHM=" + algorithm,
			}, "provider.mjs")
			if err != nil {
				t.Fatalf("node: %v (`make test-tools` installs it)", err)
			}
			t.Cleanup(node.Kill)
			if _, err := node.Printed(t.Context(), regexp.MustCompile(`(?m)^listening$`)); err != nil {
				t.Fatal(err)
			}
			trust := true
			if _, err := h.Server.Federation.Create(h.Operator(), h.Realm.ID, federation.Draft{
				Slug: "town", Kind: federation.OIDC, Name: "Town", Issuer: "http://" + listen, ClientID: "harbour", ClientSecret: secret, TrustEmail: &trust,
			}); err != nil {
				t.Fatal(err)
			}
			party := h.NewParty(func(d *application.Draft) { d.FirstParty = true })
			subjects := map[string]bool{}
			for range 2 {
				subjects[journey(t, h, party, "http://"+listen)] = true
			}
			if len(subjects) != 1 {
				t.Errorf("one person came back as %v", subjects)
			}
		})
	}
}

// journey signs the mayor in with fresh browsers, and returns the subject of the ID token.
func journey(t *testing.T, h *e2e.House, party *e2e.Party, town string) string {
	t.Helper()
	here, there := e2e.Person{Browser: e2e.NewBrowser(h.URL)}, e2e.NewBrowser(town)
	t.Cleanup(here.Close)
	t.Cleanup(there.Close)
	attempt := party.Begin()
	page, err := here.Click(t.Context(), attempt.URL)
	if err == nil {
		page, err = here.Press(t.Context(), page, "Continue with Town")
	}
	if err != nil {
		t.Fatal(err)
	}
	back := visit(t, there, page.Doc().Find("main a.button").AttrOr("href", ""), "mayor")
	if page, err = here.Click(t.Context(), back); err != nil || !page.Left() {
		t.Fatalf("came back to %v, %v", page, err)
	}
	code, err := party.Code(attempt, page.URL)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := party.Exchange(t.Context(), code, attempt.Verifier)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := party.Verify(t.Context(), tokens.IDToken, attempt.Nonce, tokens.AccessToken, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, "mayor@town.example")
	if err != nil || !u.EmailVerified || u.Name != "The mayor" || u.Locale != "de" || u.ID != claims["sub"] {
		t.Errorf("account %+v, %v", u, err)
	}
	return u.ID
}
