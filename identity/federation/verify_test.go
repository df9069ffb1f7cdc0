package federation_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"authserver/internal/event"
)

// bends are the answers that must bring nobody in, each by what is wrong with it and
// what an operator reads of it.
func bends() map[string]struct {
	detail string
	bend   func(u *upstream)
} {
	type bent = struct {
		detail string
		bend   func(u *upstream)
	}
	claim := func(name string, value any) func(*upstream) {
		return func(u *upstream) { u.claims = func(c map[string]any) { c[name] = value } }
	}
	without := func(name string) func(*upstream) {
		return func(u *upstream) { u.claims = func(c map[string]any) { delete(c, name) } }
	}
	at := func(name string, d time.Duration) func(*upstream) {
		return func(u *upstream) { u.claims = func(c map[string]any) { c[name] = u.now().Add(d).Unix() } }
	}
	header := func(name string, value any) func(*upstream) {
		return func(u *upstream) { u.header = func(h map[string]any) { h[name] = value } }
	}
	all := map[string]bent{
		// INC-059
		"aud of another client":        {"aud", claim("aud", "client-2")},
		"aud of many others":           {"aud", claim("aud", []string{"client-2", "client-3"})},
		"no aud":                       {"aud", without("aud")},
		"empty aud":                    {"aud", claim("aud", []string{})},
		"aud with null":                {"aud", claim("aud", []any{"client-1", nil})},
		"several aud and no azp":       {"azp", claim("aud", []string{"client-1", "client-2"})},
		"azp of another client":        {"azp", claim("azp", "client-2")},
		"azp that is no text":          {"azp", claim("azp", 7)},
		"expired":                      {"exp", at("exp", -time.Minute)},
		"no exp":                       {"exp", without("exp")},
		"exp in quotes":                {"exp", claim("exp", "99999999999")},
		"exp null":                     {"exp", claim("exp", nil)},
		"issued in the future":         {"iat", at("iat", 2*time.Minute)},
		"issued long ago":              {"iat", at("iat", -time.Hour)},
		"no iat":                       {"iat", without("iat")},
		"not valid yet":                {"nbf", at("nbf", time.Hour)},
		"no nonce":                     {"nonce", without("nonce")}, // INC-060
		"another nonce":                {"nonce", claim("nonce", "n-0S6_WzA2Mj")},
		"empty nonce":                  {"nonce", claim("nonce", "")},
		"nonce null":                   {"nonce", claim("nonce", nil)},
		"nonce in a list":              {"nonce", claim("nonce", []string{"x"})},
		"at_hash of another token":     {"at_hash", claim("at_hash", "x")},
		"at_hash that is no text":      {"at_hash", claim("at_hash", 7)},
		"another issuer":               {"iss", claim("iss", "https://evil.example")},
		"the issuer with a slash":      {"iss", func(u *upstream) { u.claims = func(c map[string]any) { c["iss"] = u.URL + "/" } }},
		"no iss":                       {"iss", without("iss")},
		"no sub":                       {"sub", without("sub")},
		"empty sub":                    {"sub", claim("sub", "")},
		"sub that is a number":         {"sub", claim("sub", 1)},
		"sub with a control character": {"sub", claim("sub", "a\x00b")},
		"sub without end":              {"sub", claim("sub", strings.Repeat("x", 256))},
		"typ of an access token":       {"typ", header("typ", "at+jwt")},
		"typ of a logout token":        {"typ", header("typ", "logout+jwt")},
		"critical header":              {"signature", header("crit", []string{"x"})},
		"alg none": {"algorithm", func(u *upstream) {
			u.sign = func(c map[string]any) string { return u.jws(map[string]any{"alg": "none"}, c, nothing) }
		}},
		"alg none in capitals": {"algorithm", func(u *upstream) {
			u.sign = func(c map[string]any) string { return u.jws(map[string]any{"alg": "NoNe"}, c, nothing) }
		}},
		"HS256 with the client secret":  {"algorithm", func(u *upstream) { u.sign = func(c map[string]any) string { return u.hs256(c, []byte(u.secret)) } }},
		"HS256 with the public key":     {"algorithm", func(u *upstream) { u.sign = func(c map[string]any) string { return u.hs256(c, u.public()) } }},
		"an algorithm it does not list": {"algorithm", header("alg", "ES384")},
		"no signature": {"signature", func(u *upstream) {
			u.sign = func(c map[string]any) string { return u.jws(map[string]any{"alg": "ES256", "kid": u.kid}, c, nothing) }
		}},
		"a signature of zeros": {"signature", func(u *upstream) {
			u.sign = func(c map[string]any) string {
				return u.jws(map[string]any{"alg": "ES256", "kid": u.kid}, c, func(string) []byte { return make([]byte, 64) })
			}
		}},
		"an unknown key":       {"signature", func(u *upstream) { u.sign = func(c map[string]any) string { return u.es256(c, newKey(u), u.kid) } }},
		"an unknown kid":       {"signature", func(u *upstream) { u.sign = func(c map[string]any) string { return u.es256(c, newKey(u), "k-evil") } }},
		"a key in the header":  {"signature", func(u *upstream) { u.sign = func(c map[string]any) string { return u.embedded(c) } }},
		"claims changed after": {"signature", func(u *upstream) { u.sign = func(c map[string]any) string { return u.tampered(c) } }},
		"no token at all":      {"id_token", func(u *upstream) { u.tokens = func(b map[string]any) { delete(b, "id_token") } }},
		"an empty token":       {"id_token", func(u *upstream) { u.tokens = func(b map[string]any) { b["id_token"] = "" } }},
		"a token without end":  {"id_token", func(u *upstream) { u.tokens = func(b map[string]any) { b["id_token"] = strings.Repeat("a.", 40_000) } }},
		"a token of dots":      {"algorithm", func(u *upstream) { u.tokens = func(b map[string]any) { b["id_token"] = "....." } }},
		"JSON serialization": {"algorithm", func(u *upstream) {
			u.tokens = func(b map[string]any) { b["id_token"] = `{"payload":"e30","signatures":[]}` }
		}},
		"not a bearer token": {"token_type", func(u *upstream) { u.tokens = func(b map[string]any) { b["token_type"] = "mac" } }},
		"no access token":    {"token_endpoint", func(u *upstream) { u.tokens = func(b map[string]any) { delete(b, "access_token") } }},
		// FED-06
		"userinfo of another": {"userinfo_sub", func(u *upstream) {
			u.profile, u.userinfo = false, func(c map[string]any) { c["sub"] = "eve-1" }
		}},
		"userinfo of nobody": {"userinfo_sub", func(u *upstream) {
			u.profile, u.userinfo = false, func(c map[string]any) { delete(c, "sub") }
		}},
		// FED-04
		"iss parameter of another": {"iss_parameter", func(u *upstream) { u.answer = func(q url.Values) { q.Set("iss", "https://evil.example") } }},
		"no iss parameter":         {"iss_parameter", func(u *upstream) { u.answer = func(q url.Values) { q.Del("iss") } }},
		"no code":                  {"code", func(u *upstream) { u.answer = func(q url.Values) { q.Del("code") } }},
		"a code without end":       {"code", func(u *upstream) { u.answer = func(q url.Values) { q.Set("code", strings.Repeat("x", 5000)) } }},
		"an error": {"authorization_endpoint", func(u *upstream) {
			u.answer = func(q url.Values) { q.Set("error", "server_error"); q.Set("error_description", "raw <script>") }
		}},
		"a code of nobody": {"token_endpoint", func(u *upstream) { u.answer = func(q url.Values) { q.Set("code", "invented") } }},
	}
	return all
}

func nothing(string) []byte { return nil }

func newKey(u *upstream) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		u.t.Error(err)
	}
	return key
}

func (u *upstream) public() []byte {
	der, err := x509.MarshalPKIXPublicKey(&u.key.PublicKey)
	if err != nil {
		u.t.Error(err)
	}
	return der
}

func (u *upstream) hs256(claims map[string]any, key []byte) string {
	return u.jws(map[string]any{"alg": "HS256", "kid": u.kid}, claims, func(text string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	})
}

func (u *upstream) es256(claims map[string]any, key *ecdsa.PrivateKey, kid string) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	if err != nil {
		u.t.Error(err)
		return ""
	}
	return u.signed(signer, claims)
}

func (u *upstream) embedded(claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: newKey(u)}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		u.t.Error(err)
		return ""
	}
	return u.signed(signer, claims)
}

func (u *upstream) signed(signer jose.Signer, claims map[string]any) string {
	payload, _ := json.Marshal(claims)
	jws, err := signer.Sign(payload)
	if err != nil {
		u.t.Error(err)
		return ""
	}
	text, _ := jws.CompactSerialize()
	return text
}

func (u *upstream) tampered(claims map[string]any) string {
	parts := strings.Split(u.es256(claims, u.key, u.kid), ".")
	claims["sub"] = "eve-1"
	payload, _ := json.Marshal(claims)
	return parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + parts[2]
}

func TestABentAnswerBringsNobodyIn(t *testing.T) {
	t.Parallel()
	for name, c := range bends() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, up, _ := withUpstream(t)
			c.bend(up)
			b := h.browser(t)
			b.out(b.signIn("globex", ""), "federation_refused")
			if _, err := h.Users.ByEmail(h.Context, h.Realm.ID, "ada@example.com"); err == nil {
				t.Error("an account was made")
			}
			if got := lastFailure(t, h); got.Detail != c.detail || got.Provider != "globex" || got.ApplicationID != h.app.ID {
				t.Errorf("recorded %+v, want detail %s", got, c.detail)
			}
		})
	}
}

// told is what federation.failed says.
type told struct {
	Provider      string `json:"provider"`
	ApplicationID string `json:"application_id"`
	Reason        string `json:"reason"`
	Detail        string `json:"detail"`
}

func lastFailure(t *testing.T, h *house) (f told) {
	t.Helper()
	all, err := h.Events.Recorded(h.Context, h.Realm.ID)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(e event.Event) bool { return e.Type == "federation.failed" })
	if i < 0 {
		t.Fatal("no failure was recorded")
	}
	if strings.Contains(string(all[i].Payload), "raw") {
		t.Errorf("the event holds what the provider wrote: %s", all[i].Payload)
	}
	if err := json.Unmarshal(all[i].Payload, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// What a good provider may do, too.
func TestAnHonestAnswerMayLookDifferent(t *testing.T) {
	t.Parallel()
	for name, bend := range map[string]func(u *upstream){
		"no at_hash": func(u *upstream) { u.claims = func(c map[string]any) { delete(c, "at_hash") } },
		"azp is us":  func(u *upstream) { u.claims = func(c map[string]any) { c["azp"] = u.clientID } },
		"several aud and azp is us": func(u *upstream) {
			u.claims = func(c map[string]any) { c["aud"], c["azp"] = []string{"x", u.clientID}, u.clientID }
		},
		"aud in a list":      func(u *upstream) { u.claims = func(c map[string]any) { c["aud"] = []string{u.clientID} } },
		"no typ":             func(u *upstream) { u.header = func(h map[string]any) { delete(h, "typ") } },
		"no kid and one key": func(u *upstream) { u.header = func(h map[string]any) { delete(h, "kid") } },
		"a clock that is a bit fast": func(u *upstream) {
			u.claims = func(c map[string]any) { c["iat"] = u.now().Add(30 * time.Second).Unix() }
		},
		"an issuer that it does not advertise": func(u *upstream) {
			u.metadata = func(d map[string]any) { delete(d, "authorization_response_iss_parameter_supported") }
		},
		"none in the answer then": func(u *upstream) {
			u.metadata = func(d map[string]any) { delete(d, "authorization_response_iss_parameter_supported") }
			u.answer = func(q url.Values) { q.Del("iss") }
		},
		"client_secret_post": func(u *upstream) {
			u.metadata = func(d map[string]any) { d["token_endpoint_auth_methods_supported"] = []string{"client_secret_post"} }
		},
		"token type in small letters": func(u *upstream) { u.tokens = func(b map[string]any) { b["token_type"] = "bearer" } },
		"no userinfo endpoint":        func(u *upstream) { u.metadata = func(d map[string]any) { delete(d, "userinfo_endpoint") } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, up, _ := withUpstream(t)
			bend(up)
			b := h.browser(t)
			b.in(b.signIn("globex", ""))
		})
	}
}

// Security rule FED-07, and endpoints that a page or a call must not be led to.
func TestABentDocumentSendsNobodyThere(t *testing.T) {
	t.Parallel()
	for name, bend := range map[string]func(map[string]any){
		"another issuer":              func(d map[string]any) { d["issuer"] = "https://evil.example" },
		"the issuer with a slash":     func(d map[string]any) { d["issuer"] = d["issuer"].(string) + "/" },
		"no issuer":                   func(d map[string]any) { delete(d, "issuer") },
		"no keys":                     func(d map[string]any) { delete(d, "jwks_uri") },
		"a script to authorize":       func(d map[string]any) { d["authorization_endpoint"] = "javascript:alert(1)" },
		"a path to authorize":         func(d map[string]any) { d["authorization_endpoint"] = "/authorize" },
		"a user in the token address": func(d map[string]any) { d["token_endpoint"] = "http://a@127.0.0.1/token" },
		"only HMAC":                   func(d map[string]any) { d["id_token_signing_alg_values_supported"] = []string{"HS256", "none"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, up, _ := withUpstream(t)
			up.metadata = bend
			b := h.browser(t)
			b.begin("")
			b.out(b.press("globex"), "federation_unavailable")
		})
	}
}

// press sends the form of a provider's button.
func (b *browser) press(slug string) *http.Response {
	b.t.Helper()
	return b.send(http.MethodPost, "/realms/acme/federation/"+slug+"/start", url.Values{
		"flow": {b.f.ID}, "proof": {b.h.Flows.Proof(b.f, "login")},
	})
}

func TestCancellingUpstreamIsSaidKindly(t *testing.T) {
	t.Parallel()
	h, up, _ := withUpstream(t)
	up.answer = func(q url.Values) {
		q.Del("code")
		q.Set("error", "access_denied")
		q.Set("error_description", "raw text")
	}
	b := h.browser(t)
	b.out(b.signIn("globex", ""), "federation_cancelled")
	// The error of somebody else is not even that.
	up.bend(func() {
		up.answer = func(q url.Values) { q.Set("error", "access_denied"); q.Set("iss", "https://evil.example") }
	})
	b.out(b.signIn("globex", ""), "federation_refused")
}
