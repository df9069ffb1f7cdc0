package federation_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authserver/identity/federation"
)

// impersonate lets u stand where the issuer does.
func (h *house) impersonate(t testing.TB, u *upstream, issuer string) {
	t.Helper()
	at, err := url.Parse(issuer)
	if err != nil {
		t.Fatal(err)
	}
	h.hosts[at.Host] = u.URL
	u.metadata = func(d map[string]any) {
		d["issuer"] = issuer
		for _, name := range []string{"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"} {
			d[name] = "https://" + at.Host + strings.TrimPrefix(d[name].(string), u.URL)
		}
		delete(d, "authorization_response_iss_parameter_supported")
	}
	u.answer = func(q url.Values) { q.Del("iss") }
	u.claims = func(c map[string]any) { c["iss"] = issuer }
}

// there is the address at the provider that stands in for another.
func there(u *upstream, address string) string {
	at, _ := url.Parse(address)
	return u.URL + at.Path + "?" + at.RawQuery
}

func TestGoogleSpeaksForItsOwnAddressesOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		email string
		hd    any
		want  bool
	}{
		"Gmail":                 {"Ada@GMAIL.com", nil, true},
		"a Workspace domain":    {"ada@acme.example", "acme.example", true},
		"an address of another": {"ada@acme.example", nil, false},
		"almost Gmail":          {"ada@evilgmail.com", nil, false},
		"an empty domain":       {"ada@acme.example", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			up := newUpstream(t, h.Clock.Now)
			up.person["email"] = c.email
			if c.hd != nil {
				up.person["hd"] = c.hd
			}
			const issuer = "https://accounts.google.com"
			h.impersonate(t, up, issuer)
			p, err := h.room.Create(h.Context, h.Realm.ID, federation.Draft{Slug: "google", Kind: federation.Google, ClientID: up.clientID, ClientSecret: up.secret})
			if err != nil || p.Name != "Google" || p.Issuer != issuer || !p.TrustEmail {
				t.Fatalf("provider %+v, %v", p, err)
			}
			b := h.browser(t)
			b.begin("?prompt=login")
			address := b.leave("google")
			if !strings.HasPrefix(address, issuer+"/authorize?") || strings.Contains(address, "prompt=login") || !strings.Contains(address, "prompt=select_account") {
				t.Errorf("address %s", address)
			}
			if u := b.in(b.sendFrom("cross-site", http.MethodGet, b.visit(there(up, address)), nil)); u.EmailVerified != c.want {
				t.Errorf("verified %v, want %v", u.EmailVerified, c.want)
			}
		})
	}
}

const (
	directory = "11111111-2222-3333-4444-555555555555"
	entra     = "https://login.microsoftonline.com/"
)

func TestMicrosoftNamesTheDirectory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tenant, discovered, iss, tid string
		in                           bool
	}{
		"its own directory":          {directory, entra + directory + "/v2.0", entra + directory + "/v2.0", directory, true},
		"another directory":          {directory, entra + directory + "/v2.0", entra + "99999999-2222-3333-4444-555555555555/v2.0", "99999999-2222-3333-4444-555555555555", false},
		"any directory":              {"organizations", entra + "{tenantid}/v2.0", entra + directory + "/v2.0", directory, true},
		"another than it says":       {"organizations", entra + "{tenantid}/v2.0", entra + directory + "/v2.0", "99999999-2222-3333-4444-555555555555", false},
		"none":                       {"common", entra + "{tenantid}/v2.0", entra + "{tenantid}/v2.0", "{tenantid}", false},
		"a directory of somewhere":   {"common", entra + "{tenantid}/v2.0", "https://evil.example/" + directory + "/v2.0", directory, false},
		"personal accounts, by word": {"consumers", entra + "9188040d-6c67-4b3b-b112-36a304b66dad/v2.0", entra + "9188040d-6c67-4b3b-b112-36a304b66dad/v2.0", "9188040d-6c67-4b3b-b112-36a304b66dad", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			up := newUpstream(t, h.Clock.Now)
			h.impersonate(t, up, entra)
			base := up.metadata
			up.metadata = func(d map[string]any) { base(d); d["issuer"] = c.discovered }
			up.claims = func(claims map[string]any) { claims["iss"], claims["tid"] = c.iss, c.tid }
			p, err := h.room.Create(h.Context, h.Realm.ID, federation.Draft{
				Slug: "microsoft", Kind: federation.Microsoft, Tenant: c.tenant, ClientID: up.clientID, ClientSecret: up.secret,
			})
			if err != nil || p.TrustEmail {
				t.Fatalf("provider %+v, %v", p, err)
			}
			// Discovery of a directory stands below it.
			up.bend(func() { up.Config.Handler = stripped(up, "/"+strings.TrimPrefix(p.Issuer, entra)) })
			b := h.browser(t)
			b.begin("")
			got := b.sendFrom("cross-site", http.MethodGet, b.visit(there(up, b.leave("microsoft"))), nil)
			if !c.in {
				b.out(got, "federation_refused")
				return
			}
			u := b.in(got)
			// nOAuth (INC-062): an address in a directory is its administrator's to write.
			if u.EmailVerified || h.linked(t, u.ID)[0].Issuer != c.iss {
				t.Errorf("user %+v", u)
			}
		})
	}
}

// stripped serves the provider below a path as well.
func stripped(u *upstream, prefix string) http.Handler {
	inner := u.Config.Handler
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimPrefix(r.URL.Path, prefix)
		inner.ServeHTTP(w, r)
	})
}

func TestAppleAnswersByAForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	up := newUpstream(t, h.Clock.Now)
	const issuer = "https://appleid.apple.com"
	h.impersonate(t, up, issuer)
	up.person["email_verified"] = "true" // as Apple documents it
	delete(up.person, "name")
	delete(up.person, "given_name")
	delete(up.person, "family_name")
	base := up.metadata
	up.metadata = func(d map[string]any) { base(d); delete(d, "userinfo_endpoint") }
	key := newKey(up)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.room.Create(h.Context, h.Realm.ID, federation.Draft{
		Slug: "apple", Kind: federation.Apple, ClientID: up.clientID, AppleKey: federation.AppleKey{TeamID: "TEAM123456", KeyID: "KEY1234567"},
		ClientSecret: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil || p.Name != "Apple" {
		t.Fatalf("provider %+v, %v", p, err)
	}
	// The secret is a token that the team's key signs anew for each exchange.
	up.Config.Handler = appleSecret(t, up, key, up.Config.Handler)

	b := h.browser(t)
	b.begin("")
	address := b.leave("apple")
	if q, _ := url.Parse(address); q.Query().Get("response_mode") != "form_post" || q.Query().Get("scope") != "openid name email" {
		t.Errorf("address %s", address)
	}
	back, err := url.Parse(b.visit(there(up, address)))
	if err != nil {
		t.Fatal(err)
	}
	form := back.Query()
	// INC-064: what stands beside the token is nobody's word.
	form.Set("user", `{"name":{"firstName":"Eve"},"email":"victim@example.com"}`)
	form.Set("id_token", "not asked for")
	got := b.sendFrom("cross-site", http.MethodPost, back.Path, form)
	at, err := url.Parse(got.Header.Get("Location"))
	if err != nil || got.StatusCode != http.StatusSeeOther || at.Path != back.Path || at.Query().Has("user") || at.Query().Has("id_token") || len(got.Cookies()) != 0 {
		t.Fatalf("form = %d to %s", got.StatusCode, at)
	}
	u := b.in(b.sendFrom("cross-site", http.MethodGet, at.String(), nil))
	if u.Email != "ada@example.com" || !u.EmailVerified || u.Name != "" {
		t.Errorf("user %+v", u)
	}
	// A provider that does not post is not posted for.
	h.provider(t, up, func(d *federation.Draft) { d.Issuer = "https://else.example" })
	if got := b.sendFrom("cross-site", http.MethodPost, "/realms/acme/federation/globex/callback", form); got.StatusCode != http.StatusNotFound {
		t.Errorf("form of another kind = %d", got.StatusCode)
	}
}

// appleSecret checks the client secret as Apple does, and puts the plain one in its place.
func appleSecret(t *testing.T, up *upstream, key *ecdsa.PrivateKey, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			jws, err := jose.ParseSignedCompact(r.PostForm.Get("client_secret"), []jose.SignatureAlgorithm{jose.ES256})
			if err != nil || jws.Signatures[0].Header.KeyID != "KEY1234567" {
				t.Errorf("client secret %v", err)
				return
			}
			payload, err := jws.Verify(&key.PublicKey)
			var said struct {
				Iss, Sub, Aud string
				Iat, Exp      int64
			}
			if err != nil || json.Unmarshal(payload, &said) != nil || said.Iss != "TEAM123456" || said.Sub != up.clientID ||
				said.Aud != "https://appleid.apple.com" || said.Iat != up.now().Unix() || said.Exp != up.now().Add(5*time.Minute).Unix() {
				t.Errorf("client secret says %s, %v", payload, err)
			}
			r.PostForm.Set("client_secret", up.secret)
		}
		next.ServeHTTP(w, r)
	})
}

// hub is GitHub: OAuth 2 with two questions after it.
type hub struct {
	*upstream
	mu     sync.Mutex
	user   map[string]any
	emails any
}

func newHub(t *testing.T, h *house) *hub {
	t.Helper()
	g := &hub{
		upstream: newUpstream(t, h.Clock.Now),
		user: map[string]any{
			"id": 583231, "login": "octocat", "name": "The Octocat", "email": "public@example.com", "avatar_url": "https://hub.example/o.png",
			"email_verified": true,
		},
		emails: []map[string]any{
			{"email": "old@example.com", "primary": false, "verified": true},
			{"email": "octo@example.com", "primary": true, "verified": true},
		},
	}
	inner := g.Config.Handler
	g.tokens = func(b map[string]any) { delete(b, "id_token") }
	g.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		switch r.URL.Path {
		case "/login/oauth/authorize":
			r.URL.Path = "/authorize"
		case "/login/oauth/access_token":
			r.URL.Path = "/token"
		case "/api/v3/user", "/api/v3/user/emails":
			if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") || r.Header.Get("User-Agent") == "" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			if r.URL.Path == "/api/v3/user" {
				g.reply(w, g.user)
			} else {
				g.reply(w, g.emails)
			}
			return
		}
		inner.ServeHTTP(w, r)
	})
	return g
}

func TestGitHub(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g := newHub(t, h)
	if _, err := h.room.Create(h.Context, h.Realm.ID, federation.Draft{
		Slug: "github", Kind: federation.GitHub, Issuer: g.URL, ClientID: g.clientID, ClientSecret: g.secret,
	}); err != nil {
		t.Fatal(err)
	}
	b := h.browser(t)
	u := b.in(b.signIn("github", ""))
	if u.Email != "octo@example.com" || !u.EmailVerified || u.Name != "The Octocat" || u.Picture != "https://hub.example/o.png" {
		t.Errorf("user %+v", u)
	}
	if i := h.linked(t, u.ID)[0]; i.Subject != "583231" || i.Issuer != g.URL {
		t.Errorf("identity %+v", i)
	}
	if g.asked.Get("scope") != "read:user user:email" || g.asked.Get("nonce") != "" || g.asked.Get("code_challenge_method") != "S256" {
		t.Errorf("asked %v", g.asked)
	}
	// A name that somebody else had before is not that somebody.
	g.mu.Lock()
	g.user["id"], g.emails = 7, []map[string]any{{"email": "octo@example.com", "primary": true, "verified": false}}
	g.mu.Unlock()
	other := h.browser(t)
	if got := other.signIn("github", ""); !strings.Contains(got.Header.Get("Location"), "/federation/prove?") {
		t.Errorf("an unverified address of another = %s", got.Header.Get("Location"))
	}
	for name, spoil := range map[string]func(){
		"no id":        func() { delete(g.user, "id") },
		"id of zero":   func() { g.user["id"] = 0 },
		"id in quotes": func() { g.user["id"] = "583231" },
		"half an id":   func() { g.user["id"] = 583231.5 },
		"bad emails":   func() { g.user["id"], g.emails = 8, "none" },
	} {
		g.mu.Lock()
		spoil()
		g.mu.Unlock()
		third := h.browser(t)
		t.Log(name)
		third.out(third.signIn("github", ""), "federation_refused")
	}
	g.mu.Lock()
	g.user["id"], g.emails = 8, []map[string]any{{"email": "x@example.com", "primary": false, "verified": true}}
	g.mu.Unlock()
	third := h.browser(t)
	third.out(third.signIn("github", ""), "federation_no_email")
}
