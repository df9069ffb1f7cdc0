package relyingparty_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authserver/cmd/demo/relyingparty"
)

// issuer is an OpenID provider that believes everybody: it answers as the test
// tells it to and keeps what it was asked.
type issuer struct {
	t   *testing.T
	url string
	key *ecdsa.PrivateKey

	mu       sync.Mutex
	down     bool
	codes    map[string]url.Values // the authorize request behind a code
	asked    []url.Values          // token requests
	nonce    string                // instead of the one asked for
	opaque   bool
	refusing bool
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), nil)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{t: t, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /realms/demo/.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /realms/demo/oauth2/jwks", i.jwks)
	mux.HandleFunc("POST /realms/demo/oauth2/token", i.token)
	mux.HandleFunc("GET /realms/demo/oauth2/userinfo", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, map[string]any{"sub": "u1", "email": "ada@example.com", "email_verified": true, "name": "Ada <b>Lovelace</b>"})
	})
	mux.HandleFunc("POST /realms/demo/oauth2/introspect", func(w http.ResponseWriter, _ *http.Request) {
		i.answer(w, map[string]any{"active": true, "sub": "u1", "scope": "openid"})
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.down {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	i.url = server.URL + "/realms/demo"
	return i
}

func (i *issuer) answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		i.t.Error(err)
	}
}

func (i *issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	i.answer(w, map[string]any{
		"issuer": i.url, "authorization_endpoint": i.url + "/oauth2/authorize", "token_endpoint": i.url + "/oauth2/token",
		"userinfo_endpoint": i.url + "/oauth2/userinfo", "introspection_endpoint": i.url + "/oauth2/introspect",
		"end_session_endpoint": i.url + "/oauth2/logout", "jwks_uri": i.url + "/oauth2/jwks",
		"id_token_signing_alg_values_supported": []string{"ES256"},
	})
}

func (i *issuer) jwks(w http.ResponseWriter, _ *http.Request) {
	i.answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
}

func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		i.t.Error(err)
	}
	i.asked = append(i.asked, r.PostForm)
	request, known := i.codes[r.PostForm.Get("code")]
	delete(i.codes, r.PostForm.Get("code"))
	if id, secret, ok := r.BasicAuth(); !ok || id != "demo" || secret != "s3cret" || i.refusing || (!known && r.PostForm.Get("code") != "") {
		w.WriteHeader(http.StatusBadRequest)
		i.answer(w, map[string]any{"error": "invalid_grant"})
		return
	}
	nonce := i.nonce
	if nonce == "" {
		nonce = request.Get("nonce") // empty on refresh
	}
	access := "opaque-token"
	if !i.opaque {
		access = i.sign(map[string]any{"iss": i.url, "sub": "u1", "client_id": "demo", "jti": "t" + string(rune('0'+len(i.asked)))})
	}
	now := time.Now().Unix()
	i.answer(w, map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": 600, "refresh_token": "r" + string(rune('0'+len(i.asked))),
		"id_token": i.sign(map[string]any{
			"iss": i.url, "sub": "u1", "aud": "demo", "exp": now + 600, "iat": now, "nonce": nonce,
		}),
	})
}

func (i *issuer) sign(claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: i.key, KeyID: "k1"}}, nil)
	if err != nil {
		i.t.Error(err)
		return ""
	}
	payload, _ := json.Marshal(claims)
	signed, err := signer.Sign(payload)
	if err != nil {
		i.t.Error(err)
		return ""
	}
	token, _ := signed.CompactSerialize()
	return token
}

// consent answers an authorize request with a code, as the server's pages would.
func (i *issuer) consent(target string) url.Values {
	i.t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		i.t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	code := "c" + u.Query().Get("state")
	i.codes[code] = u.Query()
	return url.Values{"code": {code}, "state": {u.Query().Get("state")}, "iss": {i.url}}
}

// visitor is a browser at the demo that follows no redirect by itself.
type visitor struct {
	t    *testing.T
	base string
	http *http.Client
}

func newDemo(t *testing.T, i *issuer) *visitor {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	app, err := relyingparty.New(relyingparty.Config{
		Issuer: i.url, ClientID: "demo", ClientSecret: "s3cret", BaseURL: server.URL,
		Hint: "The terminal shows the password.", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	handler = app.Handler()
	return newVisitor(t, server.URL)
}

func newVisitor(t *testing.T, base string) *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, base: base, http: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// get and post return status, Location and body.
func (v *visitor) get(path string) (int, string, string) {
	v.t.Helper()
	return v.do(http.MethodGet, path, nil)
}

func (v *visitor) post(path string) (int, string, string) {
	v.t.Helper()
	return v.do(http.MethodPost, path, http.Header{"Sec-Fetch-Site": {"same-origin"}})
}

func (v *visitor) do(method, path string, header http.Header) (int, string, string) {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Location"), string(body)
}

// start begins a sign-in and returns the URL of the server's authorize endpoint.
func (v *visitor) start() string {
	v.t.Helper()
	status, target, body := v.post("/signin")
	if status != http.StatusSeeOther || !strings.Contains(target, "/oauth2/authorize?") {
		v.t.Fatalf("POST /signin: %d, Location %q\n%s", status, target, body)
	}
	return target
}

func (v *visitor) signIn(i *issuer) {
	v.t.Helper()
	if status, _, body := v.get("/callback?" + i.consent(v.start()).Encode()); status != http.StatusSeeOther {
		v.t.Fatalf("callback: %d\n%s", status, body)
	}
}
