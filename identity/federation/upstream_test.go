package federation_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authserver/internal/secret"
)

// upstream is an OpenID provider on the loopback, complete and correct, that a test can
// bend in any place.
type upstream struct {
	*httptest.Server
	t        testing.TB
	now      func() time.Time
	clientID string
	secret   string

	mu      sync.Mutex
	key     *ecdsa.PrivateKey
	kid     string
	person  map[string]any // what it tells of who is signed in there
	codes   map[string]request
	asked   url.Values // the last authorization request
	called  map[string]int
	form    url.Values // the last token request
	profile bool       // ID tokens carry the person; else userinfo alone does

	// What bends; each may be nil.
	metadata func(map[string]any)
	answer   func(url.Values)
	tokens   func(map[string]any)
	claims   func(map[string]any)
	header   func(map[string]any)
	sign     func(claims map[string]any) string
	userinfo func(map[string]any)
	keys     func() any
	broken   map[string]int // path → status
}

// request is what a code was given for.
type request struct {
	nonce, challenge, redirect string
	person                     map[string]any
}

func newUpstream(t testing.TB, now func() time.Time) *upstream {
	t.Helper()
	u := &upstream{
		t: t, now: now, clientID: "client-1", secret: "s3cret of the client", codes: map[string]request{}, called: map[string]int{},
		broken: map[string]int{}, profile: true,
		person: map[string]any{
			"sub": "ada-1", "email": "ada@example.com", "email_verified": true, "name": "Ada Lovelace", "given_name": "Ada",
			"family_name": "Lovelace", "picture": "https://globex.example/ada.png", "locale": "en_GB",
		},
	}
	u.rotate()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", u.serveMetadata)
	mux.HandleFunc("GET /authorize", u.serveAuthorize)
	mux.HandleFunc("POST /token", u.serveToken)
	mux.HandleFunc("GET /userinfo", u.serveUserinfo)
	mux.HandleFunc("GET /keys", u.serveKeys)
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.called[r.URL.Path]++
		if status := u.broken[r.URL.Path]; status != 0 {
			http.Error(w, `{"error":"<b>raw</b>","error_description":"raw upstream text"}`, status)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(u.Close)
	return u
}

// rotate gives the provider a new key.
func (u *upstream) rotate() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		u.t.Fatal(err)
	}
	u.key, u.kid = key, secret.Token("k")
}

func (u *upstream) reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		u.t.Error(err)
	}
}

func (u *upstream) serveMetadata(w http.ResponseWriter, _ *http.Request) {
	doc := map[string]any{
		"issuer": u.URL, "authorization_endpoint": u.URL + "/authorize", "token_endpoint": u.URL + "/token",
		"userinfo_endpoint": u.URL + "/userinfo", "jwks_uri": u.URL + "/keys", "response_types_supported": []string{"code"},
		"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"ES256", "RS256"},
		"authorization_response_iss_parameter_supported": true,
	}
	if u.metadata != nil {
		u.metadata(doc)
	}
	u.reply(w, doc)
}

// serveAuthorize is a provider at which somebody is signed in and agrees to everything.
func (u *upstream) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	u.asked = q
	code := secret.Token("c")
	u.codes[code] = request{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri"), maps.Clone(u.person)}
	back := url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {u.URL}}
	if u.answer != nil {
		u.answer(back)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (u *upstream) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		u.t.Error(err)
	}
	u.form = r.PostForm
	id, password, basic := r.BasicAuth()
	if !basic {
		id, password = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	} else {
		id, _ = url.QueryUnescape(id)
		password, _ = url.QueryUnescape(password)
	}
	asked, known := u.codes[r.PostForm.Get("code")]
	delete(u.codes, r.PostForm.Get("code"))
	verifier := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	if id != u.clientID || password != u.secret || !known || asked.redirect != r.PostForm.Get("redirect_uri") ||
		asked.challenge != base64.RawURLEncoding.EncodeToString(verifier[:]) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant","error_description":"raw upstream text"}`))
		return
	}
	access, _ := json.Marshal(asked.person)
	token := base64.RawURLEncoding.EncodeToString(access)
	body := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": u.idToken(asked, token)}
	if u.tokens != nil {
		u.tokens(body)
	}
	u.reply(w, body)
}

func (u *upstream) idToken(asked request, access string) string {
	hash := sha256.Sum256([]byte(access))
	claims := map[string]any{"sub": asked.person["sub"]}
	if u.profile {
		maps.Copy(claims, asked.person)
	}
	maps.Copy(claims, map[string]any{
		"iss": u.URL, "aud": u.clientID, "iat": u.now().Unix(), "exp": u.now().Add(5 * time.Minute).Unix(), "nonce": asked.nonce,
		"at_hash": base64.RawURLEncoding.EncodeToString(hash[:16]),
	})
	if u.claims != nil {
		u.claims(claims)
	}
	if u.sign != nil {
		return u.sign(claims)
	}
	header := map[string]any{"alg": "ES256", "kid": u.kid, "typ": "JWT"}
	if u.header != nil {
		u.header(header)
	}
	return u.jws(header, claims, func(text string) []byte {
		digest := sha256.Sum256([]byte(text))
		r, s, err := ecdsa.Sign(rand.Reader, u.key, digest[:])
		if err != nil {
			u.t.Error(err)
			return nil
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	})
}

// jws puts a token together by hand, so that it can be put together wrongly.
func (u *upstream) jws(header, claims map[string]any, sign func(string) []byte) string {
	h, _ := json.Marshal(header)
	c, _ := json.Marshal(claims)
	text := base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(c)
	return text + "." + base64.RawURLEncoding.EncodeToString(sign(text))
}

func (u *upstream) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	raw, err := base64.RawURLEncoding.DecodeString(r.Header.Get("Authorization")[len("Bearer "):])
	var told map[string]any
	if err != nil || json.Unmarshal(raw, &told) != nil {
		http.Error(w, "{}", http.StatusUnauthorized)
		return
	}
	if u.userinfo != nil {
		u.userinfo(told)
	}
	u.reply(w, told)
}

func (u *upstream) serveKeys(w http.ResponseWriter, _ *http.Request) {
	if u.keys != nil {
		u.reply(w, u.keys())
		return
	}
	u.reply(w, map[string]any{"keys": []any{
		map[string]any{"kty": "new", "kid": "of tomorrow"},
		jose.JSONWebKey{Key: crypto.PublicKey(&u.key.PublicKey), KeyID: u.kid, Algorithm: "ES256", Use: "sig"},
	}})
}

// bend changes the provider while nobody asks it.
func (u *upstream) bend(change func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	change()
}

// calls says how often a path was asked for.
func (u *upstream) calls(path string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.called[path]
}
