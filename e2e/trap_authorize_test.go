package e2e_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/tenant/application"
)

// answered sends the browser to an authorization request and returns what came back at the application.
func answered(t *testing.T, party *e2e.Party, person *e2e.Person, change func(url.Values)) url.Values {
	t.Helper()
	party.AuthorizationModifier = change
	back, err := person.Authorize(t.Context(), party.Begin().URL)
	if err != nil {
		t.Fatalf("authorize: %v", err)
	}
	return back.Query()
}

// Short, long and absent state and nonce, which fosite refuses or refuses too late.
func TestStateAndNonceAreTheClientsBusiness(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, person)
	for _, state := range []string{"", "x", "a b&c=\"<>", strings.Repeat("s", 2048)} {
		q := answered(t, party, person, func(q url.Values) {
			q.Set("state", state)
			q.Set("nonce", "n")
			if state == "" {
				q.Del("state")
			}
		})
		if q.Get("error") != "" || q.Get("code") == "" || q.Get("state") != state || q.Has("state") != (state != "") {
			t.Errorf("state %.20q: %v", state, q)
		}
	}
	if q := answered(t, party, person, func(q url.Values) { q.Set("state", strings.Repeat("s", 2049)) }); q.Get("error") != "invalid_request" || q.Has("state") {
		t.Errorf("a state too long: %v", q)
	}
	party.AuthorizationModifier = func(q url.Values) { q.Set("nonce", "n") }
	attempt := party.Begin()
	tokens, err := party.Exchange(t.Context(), codeFor(t, party, person, attempt), attempt.Verifier)
	if err != nil || payload(t, tokens.IDToken)["nonce"] != "n" {
		t.Errorf("a short nonce: %v", err)
	}
}

// What the server does not do is said by the standard's error, at the client (OpenID Connect Core §3.1.2.6).
func TestAuthorizeRefusesByTheBook(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	for want, changes := range map[string][]url.Values{
		"request_not_supported":      {{"request": {"eyJhbGciOiJub25lIn0.e30."}}},
		"request_uri_not_supported":  {{"request_uri": {"https://harbour.example/r"}}, {"request_uri": {"urn:ietf:params:oauth:request_uri:x"}}},
		"registration_not_supported": {{"registration": {"{}"}}},
		"unsupported_response_type":  {{"response_type": {"token"}}, {"response_type": {"id_token"}}, {"response_type": {"code token"}}},
		"invalid_scope":              {{"scope": {"openid ships:read"}}, {"scope": {"OpenID"}}, {"scope": {"*"}}, {"scope": {strings.Repeat("x ", 2000)}}},
		"invalid_target":             {{"resource": {"https://elsewhere.example"}}},
		"invalid_request": {
			{"response_type": {""}}, {"response_mode": {"fragment"}}, {"response_mode": {"jwt"}}, {"prompt": {"none login"}}, {"prompt": {"always"}},
			{"max_age": {"-1"}}, {"max_age": {"soon"}}, {"nonce": {strings.Repeat("n", 257)}}, {"id_token_hint": {"x.y.z"}}, {"claims": {"{"}},
			{"claims": {`{"id_token":{},"id_token":{}}`}}, {"acr_values": {strings.Repeat("a ", 40)}},
		},
		"login_required": {{"prompt": {"none"}}},
	} {
		for _, change := range changes {
			q := answered(t, party, person, func(q url.Values) {
				for name, values := range change {
					q[name] = values
				}
			})
			if q.Get("error") != want || q.Get("iss") != h.Issuer || q.Get("state") == "" || q.Has("code") {
				t.Errorf("%.60v: got %v, want %s", change, q, want)
			}
		}
	}
}

// Before client and redirect URI belong together there is no redirect, only our own page (RFC 6749 §4.1.2.1).
func TestNobodyIsSentToAnUnregisteredAddress(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	web := h.NewParty(nil)
	native := h.NewParty(func(d *application.Draft) {
		d.Type, d.GrantTypes, d.Name = application.Native, []string{"authorization_code"}, "Dinghy"
		d.Scopes, d.PostLogoutRedirectURIs = []string{"openid"}, nil
		d.RedirectURIs = []string{"http://127.0.0.1/cb", "http://[::1]/cb", "example.dinghy:/cb"}
	})
	native.Scope = "openid"
	person := h.NewPerson("rosa@example.com")
	for _, party := range []*e2e.Party{web, native} {
		for _, uri := range []string{
			"https://harbour.example/callback/", "https://harbour.example/callback?x=1", "https://harbour.example/callback#f", "https://harbour.example:443/callback",
			"https://HARBOUR.example/callback", "https://harbour.example.evil.example/callback", "https://user@harbour.example/callback", "http://harbour.example/callback",
			"https://harbour.example/callback/../x", "https://harbour.example\\@evil.example/callback", "javascript:alert(1)", "//evil.example", "https://evil.example",
			"http://user@127.0.0.1:9/cb", "https://127.0.0.1:9/cb", "http://127.0.0.1:9/c%62", "http://127.0.0.2:9/cb", "http://localhost:9/cb", "http://127.0.0.1:9/cb?x", "example.dinghy:/cb/",
		} {
			party.AuthorizationModifier = func(q url.Values) { q.Set("redirect_uri", uri) }
			page, err := person.Click(t.Context(), party.Begin().URL)
			if err != nil || page.Left() || page.Status != http.StatusBadRequest || page.Alert() == "" && page.Heading() == "" {
				t.Errorf("%q: %+v, %v", uri, page, err)
			}
		}
	}
	for _, uri := range []string{"http://127.0.0.1:49152/cb", "http://[::1]:7/cb"} {
		native.RedirectURI = uri
		native.AuthorizationModifier = nil
		codeFor(t, native, person, native.Begin())
	}
	web.AuthorizationModifier = func(q url.Values) { q.Set("client_id", native.ClientID) }
	if page, err := person.Click(t.Context(), web.Begin().URL); err != nil || page.Left() || page.Status != http.StatusBadRequest {
		t.Errorf("another client's redirect URI: %+v, %v", page, err)
	}
}

// prompt and max_age force what they say, max_age=0 included, which fosite takes for absent (OpenID Connect Core §3.1.2.1).
func TestPromptAndMaxAgeForceWhatTheySay(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	_, first := signedIn(t, party, person)
	signedInAt := payload(t, first.IDToken)["auth_time"].(float64)
	for _, c := range []struct {
		change map[string]string
		asked  []string
	}{
		{nil, nil},
		{map[string]string{"max_age": "3600"}, nil},
		{map[string]string{"prompt": "none"}, nil},
		{map[string]string{"prompt": "consent"}, []string{"consent"}},
		{map[string]string{"prompt": "login"}, []string{"login"}},
		{map[string]string{"max_age": "0"}, []string{"login"}},
		{map[string]string{"max_age": "5"}, []string{"login"}},
		{map[string]string{"prompt": "login consent"}, []string{"login", "consent"}},
	} {
		h.Clock.Play(10 * time.Second)
		party.AuthorizationModifier = func(q url.Values) {
			for name, value := range c.change {
				q.Set(name, value)
			}
		}
		_, tokens := signedIn(t, party, person)
		if !slices.Equal(person.Asked, c.asked) {
			t.Errorf("%v: asked for %v, want %v", c.change, person.Asked, c.asked)
		}
		at := payload(t, tokens.IDToken)["auth_time"].(float64)
		if again := slices.Contains(c.asked, "login"); again != (at > signedInAt) {
			t.Errorf("%v: auth_time %v after %v", c.change, at, signedInAt)
		}
		signedInAt = at
	}
	h.Clock.Play(time.Minute)
	if q := answered(t, party, person, func(q url.Values) { q.Set("prompt", "none"); q.Set("max_age", "30") }); q.Get("error") != "login_required" {
		t.Errorf("prompt=none with an old sign-in: %v", q)
	}
}

// A hint names one person: nobody else's code may be the answer (OpenID Connect Core §3.1.2.1).
func TestAHintForAnotherPersonIsNotAnswered(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	rosa, adam := h.NewPerson("rosa@example.com"), h.NewPerson("adam@example.com")
	_, tokens := signedIn(t, party, rosa)
	signedIn(t, party, adam)
	hint := func(q url.Values) { q.Set("id_token_hint", tokens.IDToken) }
	if q := answered(t, party, adam, func(q url.Values) { hint(q); q.Set("prompt", "none") }); q.Get("error") != "login_required" {
		t.Errorf("prompt=none: %v", q)
	}
	if q := answered(t, party, adam, hint); q.Get("error") != "login_required" || q.Has("code") {
		t.Errorf("the other person signed in again: %v", q)
	}
	if q := answered(t, party, rosa, hint); q.Get("code") == "" {
		t.Errorf("the person named: %v", q)
	}
}

// The claims parameter asks by name, for either place (OpenID Connect Core §5.5).
func TestClaimsAreAskedForByName(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	party.Scope = "openid"
	party.AuthorizationModifier = func(q url.Values) {
		q.Set("claims", `{"id_token":{"email":{"essential":true},"nonsense":null},"userinfo":{"email_verified":null}}`)
	}
	_, tokens := signedIn(t, party, person)
	claims := payload(t, tokens.IDToken)
	if claims["email"] != person.Email || claims["email_verified"] != nil || claims["nonsense"] != nil {
		t.Errorf("ID token: %v", claims)
	}
	about, err := party.Userinfo(t.Context(), tokens.AccessToken)
	if err != nil || about["email_verified"] != true || about["email"] != nil {
		t.Errorf("userinfo: %v, %v", about, err)
	}
	if q := answered(t, party, person, func(q url.Values) {
		q.Set("claims", `{"id_token":{"acr":{"essential":true,"values":["phr"]}}}`)
	}); q.Get("error") != "unmet_authentication_requirements" {
		t.Errorf("an essential acr out of reach: %v", q)
	}
}
