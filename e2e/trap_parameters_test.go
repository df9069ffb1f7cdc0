package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/tenant/application"
)

// RFC 6749 §3.1, §3.2: a parameter without a value counts as omitted.
func TestAParameterWithoutAValueIsNone(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, person)
	for _, name := range []string{"max_age", "request", "request_uri", "registration", "resource", "audience", "claims", "prompt",
		"id_token_hint", "acr_values", "response_mode", "ui_locales", "flow"} {
		if q := answered(t, party, person, func(q url.Values) { q.Set(name, "") }); q.Get("code") == "" {
			t.Errorf("%s: %v", name, q)
		}
	}
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type", "resource", "audience", "client_id"} {
		a, err := party.Post(t.Context(), party.Endpoints.Token, url.Values{"grant_type": {"client_credentials"}, name: {""}})
		if err != nil || a.Status != http.StatusOK {
			t.Errorf("token, %s: %v %d %s", name, err, a.Status, a.Body)
		}
	}
	public := h.NewParty(func(d *application.Draft) { d.Type, d.GrantTypes, d.FirstParty = application.SPA, nil, true })
	public.AuthorizationModifier = nil
	_, tokens := signedIn(t, public, person)
	a, err := public.Post(t.Context(), public.Endpoints.Token, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {tokens.RefreshToken}, "client_secret": {""}})
	if err != nil || a.Status != http.StatusOK {
		t.Errorf("a public client with an empty secret: %v %d %s", err, a.Status, a.Body)
	}
}

// A JSON escape may hide what a parameter may not hold, and PostgreSQL does not store.
func TestClaimsHideNoControlCharacters(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	for _, claims := range []string{
		`{"id_token":{"sub":{"value":"a\u0000b"}}}`, `{"userinfo":{"sub":{"value":"\u0000"}}}`,
		`{"id_token":{"acr":{"values":["a\u0000b"],"essential":true}}}`,
		`{"id_token":{"sub":{"value":"` + strings.Repeat("s", 3000) + `"}}}`,
	} {
		party.AuthorizationModifier = func(q url.Values) { q.Set("claims", claims) }
		page, err := person.Click(t.Context(), party.Begin().URL)
		if err != nil || !page.Left() || page.URL.Query().Get("error") != "invalid_request" {
			t.Errorf("%.60s: %v, %v", claims, page, err)
		}
	}
}
