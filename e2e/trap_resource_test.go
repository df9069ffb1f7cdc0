package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/tenant/application"
)

// Our own endpoint refuses tokens that are for somebody else (RFC 9068 §4, TOK-12).
func TestUserinfoIsForTokensOfTheIssuer(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	const api = "https://api.harbour.example"
	party := h.NewParty(func(d *application.Draft) { d.Audiences = []string{api} })
	person := h.NewPerson("rosa@example.com")
	party.AuthorizationModifier = func(q url.Values) { q.Set("resource", api) }
	_, tokens := signedIn(t, party, person)
	_, err := party.Userinfo(t.Context(), tokens.AccessToken)
	wantRefusal(t, err, http.StatusUnauthorized, "invalid_token")

	// Whoever wants both names both, and can have each alone.
	party.AuthorizationModifier = func(q url.Values) { q["resource"] = []string{api, h.Issuer} }
	_, tokens = signedIn(t, party, person)
	if _, err := party.Userinfo(t.Context(), tokens.AccessToken); err != nil {
		t.Errorf("a token for both: %v", err)
	}
	a, err := party.Post(t.Context(), party.Endpoints.Token, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {tokens.RefreshToken}, "resource": {h.Issuer}})
	if err != nil || a.Status != http.StatusOK {
		t.Errorf("refresh for the issuer alone: %v %d %s", err, a.Status, a.Body)
	}
}

// RFC 8707 §2.2: a token request names resources that were granted, or gets invalid_target.
func TestATokenRequestMayNameItsResources(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	const api, depot, foreign = "https://api.harbour.example", "https://depot.harbour.example", "https://elsewhere.example"
	party := h.NewParty(func(d *application.Draft) { d.Audiences = []string{api, depot} })
	person := h.NewPerson("rosa@example.com")
	party.AuthorizationModifier = func(q url.Values) { q["resource"] = []string{api, depot, api} }
	attempt := party.Begin()
	code := codeFor(t, party, person, attempt)
	form := func(resources ...string) url.Values {
		return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {party.RedirectURI},
			"code_verifier": {attempt.Verifier}, "resource": resources}
	}
	_, err := askTokens(t, party, form(foreign))
	wantRefusal(t, err, http.StatusBadRequest, "invalid_target")
	tokens, err := askTokens(t, party, form(depot))
	if err != nil || payload(t, tokens.AccessToken)["aud"] != depot {
		t.Fatalf("the code for one of two: %v, %v", payload(t, tokens.AccessToken)["aud"], err)
	}
	fresh, err := party.Refresh(t.Context(), tokens.RefreshToken)
	if got, _ := payload(t, fresh.AccessToken)["aud"].([]any); err != nil || len(got) != 2 {
		t.Errorf("refreshed for all: %v, %v", got, err)
	}
	for name, q := range map[string]url.Values{
		"foreign":       {"resource": {foreign}},
		"audience":      {"audience": {foreign}},
		"hidden behind": {"audience": {api}, "resource": {foreign}},
	} {
		q.Set("grant_type", "client_credentials")
		_, err := askTokens(t, party, q)
		if err == nil {
			t.Errorf("%s: a token", name)
			continue
		}
		wantRefusal(t, err, http.StatusBadRequest, "invalid_target")
	}
}

// What an application may no longer ask for, it no longer gets by refreshing.
func TestARefreshGivesNoMoreThanTheApplicationMayHave(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	const api = "https://api.harbour.example"
	party := h.NewParty(func(d *application.Draft) { d.Audiences = []string{api, h.Issuer + "/x"} })
	person := h.NewPerson("rosa@example.com")
	party.AuthorizationModifier = func(q url.Values) { q["resource"] = []string{api, h.Issuer + "/x"} }
	_, tokens := signedIn(t, party, person)
	app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, party.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Server.Applications.Update(h.Operator(), h.Realm.ID, app.ID, func(a *application.Application) error {
		a.Scopes, a.Audiences = []string{"openid", "profile", "offline_access"}, []string{api}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = askTokens(t, party, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.RefreshToken}, "scope": {"openid email"}})
	wantRefusal(t, err, http.StatusBadRequest, "invalid_scope")
	fresh, err := party.Refresh(t.Context(), tokens.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(strings.Fields(fresh.Scope), "email") || payload(t, fresh.AccessToken)["aud"] != api {
		t.Errorf("scope %q, aud %v", fresh.Scope, payload(t, fresh.AccessToken)["aud"])
	}
}

func askTokens(t *testing.T, party *e2e.Party, form url.Values) (e2e.Tokens, error) {
	t.Helper()
	a, err := party.Post(t.Context(), party.Endpoints.Token, form)
	if err != nil {
		t.Fatal(err)
	}
	return readTokens(a)
}

// readTokens reads a token answer.
func readTokens(a e2e.Answer) (e2e.Tokens, error) {
	var tokens e2e.Tokens
	if a.Status == http.StatusOK {
		return tokens, json.Unmarshal(a.Body, &tokens)
	}
	var e struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(a.Body, &e)
	return tokens, &e2e.Refused{Status: a.Status, Code: e.Error, Description: e.Description, Answer: a}
}
