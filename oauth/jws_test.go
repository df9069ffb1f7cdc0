package oauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"authserver/internal/secret"
	"authserver/oauth/key"
)

func keyOf(t testing.TB, algorithm string) *key.Key {
	t.Helper()
	var private crypto.Signer
	var err error
	switch algorithm {
	case "ES256":
		private, err = ecdsa.GenerateKey(elliptic.P256(), secret.Reader())
	case "EdDSA":
		_, private, err = ed25519.GenerateKey(secret.Reader())
	default:
		private, err = rsa.GenerateKey(secret.Reader(), 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &key.Key{ID: "kid-" + algorithm, Algorithm: algorithm, Private: private, Public: private.Public()}
}

func algorithms() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

// Another library reads what we sign, and no key reads what another has signed.
func TestOurSignaturesAreTheStandards(t *testing.T) {
	t.Parallel()
	keys := map[string]*key.Key{}
	for _, algorithm := range algorithms() {
		keys[algorithm] = keyOf(t, algorithm)
	}
	for algorithm, k := range keys {
		token, err := sign(k, typAccess, accessClaims{Issuer: "https://id.example", Subject: "u", Audience: audience{"a"}, ID: "j"})
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(algorithm)})
		if err != nil {
			t.Fatalf("%s: %v", algorithm, err)
		}
		var claims jwt.Claims
		if err := parsed.Claims(k.Public, &claims); err != nil || claims.Subject != "u" || parsed.Headers[0].KeyID != k.ID || parsed.Headers[0].ExtraHeaders["typ"] != typAccess {
			t.Errorf("%s: %v, %+v", algorithm, err, parsed.Headers[0])
		}
		h, signed, _, sig, err := parse(token)
		if err != nil || h.Algorithm != algorithm || !verify(k, signed, sig) {
			t.Errorf("%s: our own verifier: %v", algorithm, err)
		}
		for other, stranger := range keys {
			if other != algorithm && verify(stranger, signed, sig) {
				t.Errorf("a %s key verifies %s", other, algorithm)
			}
		}
		sig[len(sig)/2] ^= 1
		if verify(k, signed, sig) {
			t.Errorf("%s: a changed signature verifies", algorithm)
		}
	}
}

// RSA keys serve two algorithms; a signature of one is none of the other (RFC 8725 §3.1).
func TestAKeyHasOneAlgorithm(t *testing.T) {
	t.Parallel()
	pkcs := keyOf(t, "RS256")
	pss := *pkcs
	pss.Algorithm = "PS256"
	for _, pair := range [][2]*key.Key{{pkcs, &pss}, {&pss, pkcs}} {
		token, err := sign(pair[0], typID, map[string]any{"sub": "u"})
		if err != nil {
			t.Fatal(err)
		}
		_, signed, _, sig, err := parse(token)
		if err != nil || verify(pair[1], signed, sig) {
			t.Errorf("%s as %s: %v", pair[0].Algorithm, pair[1].Algorithm, err)
		}
	}
}

func TestParseRefusesWhatIsNotOneCompactJWS(t *testing.T) {
	t.Parallel()
	token, err := sign(keyOf(t, "ES256"), typAccess, map[string]any{"sub": "u"})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	head := func(json string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(json)) + "." + parts[1] + "." + parts[2]
	}
	for why, bad := range map[string]string{
		"empty":          "",
		"two parts":      parts[0] + "." + parts[1],
		"five parts":     token + ".a.b",
		"dots":           strings.Repeat(".", maxTokenSize),
		"too long":       token + strings.Repeat("A", maxTokenSize),
		"padding":        token + "==",
		"spaces":         " " + token,
		"JSON form":      `{"payload":"","signatures":[]}`,
		"no kid":         head(`{"alg":"ES256"}`),
		"long kid":       head(`{"alg":"ES256","kid":"` + strings.Repeat("k", 129) + `"}`),
		"crit":           head(`{"alg":"ES256","kid":"k","crit":["b64"],"b64":false}`),
		"header no JSON": head(`x`),
		"kid a number":   head(`{"alg":"ES256","kid":7}`),
	} {
		if _, _, _, _, err := parse(bad); err == nil {
			t.Errorf("%s is accepted", why)
		}
	}
	if _, _, _, _, err := parse(token); err != nil {
		t.Errorf("the real one: %v", err)
	}
}

// OpenID Connect Core §A.3 gives the hash for an RS256 token.
func TestHalfHashFollowsTheSpecification(t *testing.T) {
	t.Parallel()
	const access = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
	if got := halfHash("RS256", access); got != "77QmUPtjPfzWtF2AnpK9RQ" {
		t.Errorf("at_hash %s", got)
	}
	if got := halfHash("EdDSA", access); len(got) != 43 {
		t.Errorf("an Ed25519 at_hash is half a SHA-512: %s", got)
	}
}

func TestAudienceIsAStringOrAList(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]audience{`"a"`: {"a"}, `["a","b"]`: {"a", "b"}} {
		var got audience
		if err := json.Unmarshal([]byte(text), &got); err != nil || strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		if back, err := json.Marshal(got); err != nil || string(back) != text {
			t.Errorf("%s comes back as %s, %v", text, back, err)
		}
	}
	var got audience
	if json.Unmarshal([]byte(`7`), &got) == nil || json.Unmarshal([]byte(`[7]`), &got) == nil {
		t.Error("a number is no audience")
	}
}

// Whatever is sent as a token, parsing neither panics nor accepts what it would not write.
func FuzzParse(f *testing.F) {
	f.Add("a.b.c")
	f.Add("eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.e30.AA")
	f.Fuzz(func(t *testing.T, token string) {
		h, signed, payload, sig, err := parse(token)
		if err != nil {
			return
		}
		enc := base64.RawURLEncoding
		if h.KeyID == "" || signed+"."+enc.EncodeToString(sig) != token || !strings.HasSuffix(signed, "."+enc.EncodeToString(payload)) {
			t.Errorf("%q is read as something else", token)
		}
	})
}
