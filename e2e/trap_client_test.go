package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"authserver/e2e"
	"authserver/tenant/application"
)

// ask sends a token request with exactly these headers and fields.
func ask(t *testing.T, party *e2e.Party, authorization string, form url.Values) e2e.Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, party.Endpoints.Token, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	answer, err := party.Send(req)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func wantAnswer(t *testing.T, why string, a e2e.Answer, status int, code string) {
	t.Helper()
	var body struct{ Error string }
	if err := json.Unmarshal(a.Body, &body); err != nil || a.Status != status || body.Error != code {
		t.Errorf("%s: got %d %s, want %d %s", why, a.Status, a.Body, status, code)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: Cache-Control %q", why, a.Header.Get("Cache-Control"))
	}
	if status == http.StatusUnauthorized && a.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("%s: 401 without a challenge", why)
	}
}

func basic(user, pass string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+pass))
}

// One method a request, the registered one, spelt exactly; one answer for every failure (RFC 6749 §2.3).
func TestClientAuthenticationIsExact(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	other := h.NewParty(nil)
	public := h.NewParty(func(d *application.Draft) {
		d.Type, d.GrantTypes, d.Name = application.SPA, []string{"authorization_code"}, "Pier"
		d.Scopes = []string{"openid"}
	})
	id, secret := party.ClientID, party.Secret
	form := func(pairs ...string) url.Values {
		v := url.Values{"grant_type": {"client_credentials"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for why, a := range map[string]e2e.Answer{
		"wrong secret":      ask(t, party, basic(id, "nope"), form()),
		"unknown client":    ask(t, party, basic("00000000-0000-7000-8000-000000000000", secret), form()),
		"no colon":          ask(t, party, "Basic "+base64.StdEncoding.EncodeToString([]byte(id)), form()),
		"bare colon":        ask(t, party, basic("", ""), form()),
		"not base64":        ask(t, party, "Basic %%%", form()),
		"percent garbage":   ask(t, party, basic(id, "%zz"), form()),
		"not UTF-8":         ask(t, party, basic("%ff", secret), form()),
		"another scheme":    ask(t, party, "Bearer "+secret, form("client_id", id)),
		"no secret":         ask(t, party, "", form("client_id", id)),
		"nothing":           ask(t, party, "", form()),
		"secret of another": ask(t, party, basic(id, other.Secret), form()),
		"public by secret":  ask(t, public, basic(public.ClientID, "x"), form()),
		"assertion instead": ask(t, party, "", form("client_id", id, "client_assertion", "a.b.c", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")),
	} {
		wantAnswer(t, why, a, http.StatusUnauthorized, "invalid_client")
	}
	for why, a := range map[string]e2e.Answer{
		"header and body":      ask(t, party, basic(id, secret), form("client_secret", secret)),
		"two clients":          ask(t, party, basic(id, secret), form("client_id", other.ClientID)),
		"secret and assertion": ask(t, party, basic(id, secret), form("client_assertion", "junk")),
	} {
		wantAnswer(t, why, a, http.StatusBadRequest, "invalid_request")
	}
	wantAnswer(t, "a grant that does not exist", ask(t, party, basic(id, secret), url.Values{"grant_type": {"password"}}), http.StatusBadRequest, "unsupported_grant_type")
	wantAnswer(t, "a grant that is not the client's", ask(t, public, "", form("client_id", public.ClientID)), http.StatusBadRequest, "unauthorized_client")
	wantAnswer(t, "a person's scope", ask(t, party, basic(id, secret), form("scope", "openid")), http.StatusBadRequest, "invalid_scope")
	wantAnswer(t, "a scope in capitals", ask(t, party, basic(id, secret), form("scope", "OpenID")), http.StatusBadRequest, "invalid_scope")
	for why, a := range map[string]e2e.Answer{
		"basic": ask(t, party, basic(id, secret), form()),
		"post":  ask(t, party, "", form("client_id", id, "client_secret", secret)),
	} {
		if a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", why, a.Status, a.Body)
		}
	}
}

// signer makes client assertions.
type signer struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	signer jose.Signer
}

func newSigner(t *testing.T) *signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{t, key, s}
}

func (s *signer) jwks() []byte {
	body, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return body
}

func (s *signer) form(claims jwt.Claims) url.Values {
	s.t.Helper()
	token, err := jwt.Signed(s.signer).Claims(claims).Serialize()
	if err != nil {
		s.t.Fatal(err)
	}
	return url.Values{
		"grant_type": {"client_credentials"}, "client_assertion": {token},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
}

// Fosite checks a jti and then stores it, before the audience, for every client and realm alike, and knows one token URL only.
func TestClientAssertionsAreGoodOnceAndHere(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	mine, other := newSigner(t), newSigner(t)
	withKey := func(s *signer) func(*application.Draft) {
		return func(d *application.Draft) { d.AuthMethod, d.JWKS = "private_key_jwt", s.jwks() }
	}
	party, rival := h.NewParty(withKey(mine)), h.NewParty(withKey(other))
	elsewhere := neighbour(h, "globex").NewParty(nil)
	claims := func(id string, change func(*jwt.Claims)) jwt.Claims {
		now := h.Clock.Now()
		c := jwt.Claims{
			Issuer: party.ClientID, Subject: party.ClientID, Audience: jwt.Audience{party.Issuer}, ID: id,
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Minute)),
		}
		if change != nil {
			change(&c)
		}
		return c
	}
	refused := map[string]url.Values{
		"of another realm": mine.form(claims("a", func(c *jwt.Claims) { c.Audience = jwt.Audience{elsewhere.Issuer} })),
		"expired":          mine.form(claims("a", func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(h.Clock.Now().Add(-time.Minute)) })),
		"too long":         mine.form(claims("a", func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(h.Clock.Now().Add(time.Hour)) })),
		"from tomorrow":    mine.form(claims("a", func(c *jwt.Claims) { c.IssuedAt = jwt.NewNumericDate(h.Clock.Now().Add(time.Hour)) })),
		"without id":       mine.form(claims("", nil)),
		"foreign key":      other.form(claims("a", nil)),
		"foreign issuer":   mine.form(claims("a", func(c *jwt.Claims) { c.Issuer = rival.ClientID })),
		"foreign subject":  mine.form(claims("a", func(c *jwt.Claims) { c.Subject = rival.ClientID })),
	}
	for why, form := range refused {
		wantAnswer(t, why, ask(t, party, "", form), http.StatusUnauthorized, "invalid_client")
	}
	// None of the refused ones has burnt the id "a", nor has the rival's use of it.
	rivals := other.form(claims("a", func(c *jwt.Claims) { c.Issuer, c.Subject = rival.ClientID, rival.ClientID }))
	if a := ask(t, rival, "", rivals); a.Status != http.StatusOK {
		t.Fatalf("the rival's own: %d %s", a.Status, a.Body)
	}
	form := mine.form(claims("a", nil))
	won := 0
	for _, a := range race(func() e2e.Answer { return ask(t, party, "", form) }) {
		if a.Status == http.StatusOK {
			won++
			continue
		}
		wantAnswer(t, "a replay", a, http.StatusUnauthorized, "invalid_client")
	}
	if won != 1 {
		t.Errorf("one assertion was good %d times", won)
	}
}

// An API key introspects; a key of another realm, a broken one and a key of one application do not see the realm's tokens.
func TestAPIKeysIntrospect(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party := h.NewParty(nil)
	token, err := party.ClientCredentials(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	key := func(h *e2e.House, appID string) string {
		_, plain, err := h.Server.Applications.CreateKey(h.Operator(), h.Realm.ID, application.KeyDraft{Name: "gate", ApplicationID: appID})
		if err != nil {
			t.Fatal(err)
		}
		return plain
	}
	introspect := func(key string) e2e.Answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, party.Endpoints.Introspection, strings.NewReader(url.Values{"token": {token.AccessToken}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Authorization", "Bearer "+key)
		answer, err := party.Send(req)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	other := h.NewParty(nil)
	app, err := h.Server.Applications.ByClientID(t.Context(), h.Realm.ID, other.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	good := key(h, "")
	if a := introspect(good); a.Status != http.StatusOK || !strings.Contains(string(a.Body), `"active":true`) {
		t.Errorf("the realm's key: %d %s", a.Status, a.Body)
	}
	if a := introspect(key(h, app.ID)); a.Status != http.StatusOK || string(a.Body) != `{"active":false}` {
		t.Errorf("another application's key: %d %s", a.Status, a.Body)
	}
	wantAnswer(t, "a foreign realm's key", introspect(key(neighbour(h, "globex"), "")), http.StatusUnauthorized, "invalid_client")
	wantAnswer(t, "a broken key", introspect(good[:len(good)-1]+"x"), http.StatusUnauthorized, "invalid_client")
}
