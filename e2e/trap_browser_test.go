package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/e2e"
)

// Cookies of SameSite=Lax do not come with another site's POST: what looks like nobody may be somebody.
func TestARequestPostedFromAnotherSiteFindsTheSession(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	post := func(endpoint string, form url.Values) *url.URL {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		to, err := res.Location()
		if err != nil || res.StatusCode != http.StatusSeeOther || len(res.Cookies()) != 0 {
			t.Fatalf("%s: %d %v, cookies %v", endpoint, res.StatusCode, err, res.Cookies())
		}
		return to
	}
	begun, err := url.Parse(party.Begin().URL)
	if err != nil {
		t.Fatal(err)
	}
	silent := begun.Query()
	silent.Set("prompt", "none")
	back, err := person.Authorize(t.Context(), post(party.Endpoints.Authorization, silent).String())
	if err != nil || back.Query().Get("code") == "" {
		t.Errorf("authorize: %v, %v", back, err)
	}
	back, err = person.Authorize(t.Context(), post(party.Endpoints.EndSession, url.Values{
		"id_token_hint": {tokens.IDToken}, "post_logout_redirect_uri": {"https://harbour.example/bye"}, "state": {"s-1"}}).String())
	if err != nil || back.String() != "https://harbour.example/bye?state=s-1" {
		t.Errorf("logout: %v, %v", back, err)
	}
	inactive(t, party, tokens.AccessToken, "after logging out by POST")
}

// Logging out speaks the language that was asked for, and serves no application that is switched off.
func TestLoggingOutChecksWhoAsks(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, tokens := signedIn(t, party, person)
	page, err := person.Click(t.Context(), party.Endpoints.EndSession+"?ui_locales=nl+de+en")
	if err != nil || page.Header.Get("Content-Language") != "de" {
		t.Errorf("language %q, %v", page.Header.Get("Content-Language"), err)
	}
	app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, party.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Server.Applications.SetEnabled(h.Operator(), h.Realm.ID, app.ID, false); err != nil {
		t.Fatal(err)
	}
	q := url.Values{"id_token_hint": {tokens.IDToken}, "post_logout_redirect_uri": {"https://harbour.example/bye"}}
	page, err = person.Click(t.Context(), party.Endpoints.EndSession+"?"+q.Encode())
	if err != nil || page.Left() || page.Status != http.StatusBadRequest {
		t.Errorf("a disabled application: %v, %v", page, err)
	}
}
