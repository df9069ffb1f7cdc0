package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"authserver/e2e"
)

// scenario is one row of the table.
type scenario struct {
	Name string
	Hire func(ctx context.Context, i int) (client, error)
}

// scenarios are the flows of docs/performance.md.
func (s *subject) scenarios() []scenario {
	at := func(path string) *url.URL {
		u, err := url.Parse(public + "/realms/" + realmSlug + path)
		if err != nil {
			panic(err) // constants
		}
		return u
	}
	token, introspect := at("/oauth2/token"), at("/oauth2/introspect")
	same := func(request []byte, status int, contains string) func(context.Context, int) (client, error) {
		return func(context.Context, int) (client, error) {
			return &fixed{newWire(s.Address), request, status, contains}, nil
		}
	}
	ask := func(who credentials, active string, find func(context.Context, int) (string, error)) func(context.Context, int) (client, error) {
		return func(ctx context.Context, i int) (client, error) {
			t, err := find(ctx, i)
			if err != nil {
				return nil, err
			}
			return &fixed{newWire(s.Address), post(introspect, url.Values{"token": {t}}.Encode(), who.basic()), http.StatusOK, `"active":` + active}, nil
		}
	}
	own := func(who credentials) func(context.Context, int) (string, error) {
		return func(ctx context.Context, _ int) (string, error) {
			t, err := s.party(who).ClientCredentials(ctx, "")
			return t.AccessToken, err
		}
	}
	unknown := func(context.Context, int) (string, error) { return "at_" + strings.Repeat("A", 43), nil }
	return []scenario{
		{"discovery", same(get(at("/.well-known/openid-configuration")), http.StatusOK, `"issuer"`)},
		{"JWKS", same(get(at("/oauth2/jwks")), http.StatusOK, `"keys"`)},
		{"client credentials, JWT (ES256)", same(post(token, "grant_type=client_credentials", s.jwt.basic()), http.StatusOK, `"access_token"`)},
		{"client credentials, opaque", same(post(token, "grant_type=client_credentials", s.opaque.basic()), http.StatusOK, `"access_token"`)},
		{"introspection, JWT, active", ask(s.jwt, "true", own(s.jwt))},
		{"introspection, opaque, active", ask(s.opaque, "true", own(s.opaque))},
		{"introspection, inactive", ask(s.jwt, "false", unknown)},
		{"userinfo", func(ctx context.Context, i int) (client, error) {
			t, err := s.tokens(ctx, s.web, i)
			if err != nil {
				return nil, err
			}
			return &fixed{newWire(s.Address), get(at("/oauth2/userinfo"), "Authorization: Bearer "+t.AccessToken), http.StatusOK, `"sub"`}, nil
		}},
		{"refresh with rotation, ID token RS256", s.refreshing(s.web, token)},
		{"refresh with rotation, ID token ES256", s.refreshing(s.curve, token)},
		{"code: authorize with live session, then exchange, RS256", s.returning(s.web)},
		{"code: the same, ID token ES256", s.returning(s.curve)},
		{"password sign-in, to the code", func(_ context.Context, i int) (client, error) {
			return &stranger{s: s, i: i, party: s.party(s.web)}, nil
		}},
	}
}

func (c credentials) basic() string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(c.ID)+":"+url.QueryEscape(c.Secret)))
}

// party is an application with these credentials, for what is not measured.
func (s *subject) party(c credentials) *e2e.Party {
	base := public + "/realms/" + realmSlug
	return &e2e.Party{
		Issuer: base, ClientID: c.ID, Secret: c.Secret, RedirectURI: callback, Scope: "openid email offline_access",
		HTTP:      &http.Client{Transport: s.transport()},
		Endpoints: e2e.Endpoints{Authorization: base + "/oauth2/authorize", Token: base + "/oauth2/token"},
	}
}

func (s *subject) person(i int) *e2e.Person {
	p := &e2e.Person{Browser: e2e.NewBrowser(public), Email: fmt.Sprintf(email, i), Password: password}
	p.UseTransport(s.transport())
	return p
}

// tokens signs a person in to an application.
func (s *subject) tokens(ctx context.Context, who credentials, i int) (e2e.Tokens, error) {
	party, person := s.party(who), s.person(i)
	defer person.Close()
	attempt := party.Begin()
	back, err := person.Authorize(ctx, attempt.URL)
	if err != nil {
		return e2e.Tokens{}, err
	}
	code, err := party.Code(attempt, back)
	if err != nil {
		return e2e.Tokens{}, err
	}
	return party.Exchange(ctx, code, attempt.Verifier)
}

// fixed sends the same request each time.
type fixed struct {
	wire     *wire
	request  []byte
	status   int
	contains string
}

func (f *fixed) Do(ctx context.Context) error {
	a, err := f.wire.send(ctx, f.request)
	if err != nil {
		return err
	}
	if a.Status != f.status || !bytes.Contains(a.Body, []byte(f.contains)) {
		return fmt.Errorf("%w: %d %.200s", errAnswer, a.Status, a.Body)
	}
	return nil
}

func (s *subject) refreshing(who credentials, token *url.URL) func(context.Context, int) (client, error) {
	return func(ctx context.Context, i int) (client, error) {
		t, err := s.tokens(ctx, who, i)
		return &refresher{newWire(s.Address), token, who.basic(), t.RefreshToken}, err
	}
}

// refresher trades each refresh token for the next.
type refresher struct {
	wire   *wire
	target *url.URL
	basic  string
	token  string
}

func (r *refresher) Do(ctx context.Context) error {
	a, err := r.wire.send(ctx, post(r.target, "grant_type=refresh_token&refresh_token="+r.token, r.basic))
	if err != nil {
		return err
	}
	var t e2e.Tokens
	if err := json.Unmarshal(a.Body, &t); err != nil || t.RefreshToken == "" {
		return fmt.Errorf("%w: %d %.200s", errAnswer, a.Status, a.Body)
	}
	r.token = t.RefreshToken
	return nil
}

// returner is a signed-in person whose application asks for a code and redeems it.
type returner struct {
	wire    *wire
	party   *e2e.Party
	token   *url.URL
	cookies string
	basic   string
}

func (s *subject) returning(who credentials) func(context.Context, int) (client, error) {
	return func(ctx context.Context, i int) (client, error) {
		party, person := s.party(who), s.person(i)
		defer person.Close()
		if _, err := person.Authorize(ctx, party.Begin().URL); err != nil {
			return nil, err
		}
		var pairs []string
		for _, c := range person.Cookies() {
			pairs = append(pairs, c.Name+"="+c.Value)
		}
		token, err := url.Parse(party.Endpoints.Token)
		return &returner{newWire(s.Address), party, token, "Cookie: " + strings.Join(pairs, "; "), who.basic()}, err
	}
}

func (r *returner) Do(ctx context.Context) error {
	attempt := r.party.Begin()
	ask, err := url.Parse(attempt.URL)
	if err != nil {
		return err
	}
	a, err := r.wire.send(ctx, get(ask, r.cookies))
	if err != nil {
		return err
	}
	back, err := url.Parse(a.Header.Get("Location"))
	if err != nil || a.Status != http.StatusSeeOther {
		return fmt.Errorf("%w: authorize %d %.200s", errAnswer, a.Status, a.Body)
	}
	code, err := r.party.Code(attempt, back)
	if err != nil {
		return err
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {attempt.Verifier}}
	if a, err = r.wire.send(ctx, post(r.token, form.Encode(), r.basic)); err != nil {
		return err
	}
	if a.Status != http.StatusOK {
		return fmt.Errorf("%w: token %d %.200s", errAnswer, a.Status, a.Body)
	}
	return nil
}

// stranger signs in from a new browser each time, through the pages.
type stranger struct {
	s     *subject
	i     int
	party *e2e.Party
}

func (v *stranger) Do(ctx context.Context) error {
	person := v.s.person(v.i)
	defer person.Close()
	attempt := v.party.Begin()
	back, err := person.Authorize(ctx, attempt.URL)
	if err != nil {
		return err
	}
	_, err = v.party.Code(attempt, back)
	return err
}
