package application

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"authserver/internal/secret"
)

type keyring struct {
	rsa     *rsa.PrivateKey
	p256    *ecdsa.PrivateKey
	p384    *ecdsa.PrivateKey
	ed25519 ed25519.PrivateKey
}

func newKeyring(t *testing.T) keyring {
	t.Helper()
	var k keyring
	var errs [4]error
	k.rsa, errs[0] = rsa.GenerateKey(secret.Reader(), 2048)
	k.p256, errs[1] = ecdsa.GenerateKey(elliptic.P256(), secret.Reader())
	k.p384, errs[2] = ecdsa.GenerateKey(elliptic.P384(), secret.Reader())
	_, k.ed25519, errs[3] = ed25519.GenerateKey(secret.Reader())
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return k
}

// jwk returns the JSON of a key with members added or, where nil, removed.
func jwk(t *testing.T, key any, kid, algorithm string, change map[string]any) string {
	t.Helper()
	b, err := json.Marshal(jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: algorithm})
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(b, &members); err != nil {
		t.Fatal(err)
	}
	for name, value := range change {
		members[name] = value
		if value == nil {
			delete(members, name)
		}
	}
	if b, err = json.Marshal(members); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func set(keys ...string) string { return `{"keys":[` + strings.Join(keys, ",") + `]}` }

func TestKeySetsThatAreTaken(t *testing.T) {
	t.Parallel()
	k := newKeyring(t)
	for name, c := range map[string]struct {
		key            string
		public         crypto.PublicKey
		kid, algorithm string
	}{
		"RS256":   {jwk(t, &k.rsa.PublicKey, "a", "RS256", map[string]any{"use": "sig"}), &k.rsa.PublicKey, "a", "RS256"},
		"PS256":   {jwk(t, &k.rsa.PublicKey, "a", "PS256", nil), &k.rsa.PublicKey, "a", "PS256"},
		"RSA":     {jwk(t, &k.rsa.PublicKey, "a", "", nil), &k.rsa.PublicKey, "a", "RS256"},
		"ES256":   {jwk(t, &k.p256.PublicKey, "a", "ES256", map[string]any{"key_ops": []string{"verify"}}), &k.p256.PublicKey, "a", "ES256"},
		"EC":      {jwk(t, &k.p256.PublicKey, "a", "", nil), &k.p256.PublicKey, "a", "ES256"},
		"EdDSA":   {jwk(t, k.ed25519.Public(), "a", "EdDSA", nil), k.ed25519.Public(), "a", "EdDSA"},
		"unknown": {jwk(t, k.ed25519.Public(), "a", "", map[string]any{"jku": "https://evil.example", "ext": true}), k.ed25519.Public(), "a", "EdDSA"},
	} {
		keys, err := parseKeySet([]byte(set(c.key)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := keys[0]
		if got.KeyID != c.kid || got.Algorithm != c.algorithm || !c.public.(interface{ Equal(crypto.PublicKey) bool }).Equal(got.Public) {
			t.Errorf("%s: %+v", name, got)
		}
		again, err := parseKeySet([]byte(set(string(got.JWK))))
		if err != nil || again[0].KeyID != got.KeyID || again[0].Algorithm != got.Algorithm || string(again[0].JWK) != string(got.JWK) {
			t.Errorf("%s: what is stored reads back as %+v, %v", name, again, err)
		}
		if strings.Contains(string(got.JWK), "evil") {
			t.Errorf("%s: a foreign member is stored: %s", name, got.JWK)
		}
	}
}

func TestAKeyWithoutNameGetsItsThumbprint(t *testing.T) {
	t.Parallel()
	// The example of RFC 7638 §3.1.
	key := `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB"}`
	keys, err := parseKeySet([]byte(set(key)))
	if err != nil || keys[0].KeyID != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Errorf("%+v, %v", keys, err)
	}
}

func TestKeySetsThatAreRefused(t *testing.T) {
	t.Parallel()
	k := newKeyring(t)
	short, err := rsa.GenerateKey(secret.Reader(), 1024)
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	rsaWith := func(n *big.Int, e int64) string {
		return fmt.Sprintf(`{"kty":"RSA","kid":"a","n":"%s","e":"%s"}`, b64(n.Bytes()), b64(big.NewInt(e).Bytes()))
	}
	good := jwk(t, &k.p256.PublicKey, "a", "ES256", nil)
	for name, jwks := range map[string]string{
		"nothing":               "",
		"not JSON":              "{",
		"a list":                "[]",
		"a key and no set":      good,
		"no keys":               `{"keys":[]}`,
		"keys are no list":      `{"keys":{}}`,
		"a key is text":         `{"keys":["x"]}`,
		"a key is null":         `{"keys":[null]}`,
		"trailing data":         set(good) + "x",
		"too many":              set(strings.Split(strings.Repeat(good+"\n", 11), "\n")[:11]...),
		"too large":             set(good) + strings.Repeat(" ", 64<<10),
		"same kid twice":        set(good, jwk(t, &k.rsa.PublicKey, "a", "", nil)),
		"same key twice":        set(jwk(t, &k.p256.PublicKey, "", "", nil), jwk(t, &k.p256.PublicKey, "", "", nil)),
		"symmetric":             set(`{"kty":"oct","kid":"a","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`),
		"private RSA":           set(jwk(t, k.rsa, "a", "", nil)),
		"private EC":            set(jwk(t, k.p256, "a", "", nil)),
		"private Ed25519":       set(jwk(t, k.ed25519, "a", "", nil)),
		"private part hidden":   set(jwk(t, &k.p256.PublicKey, "a", "", map[string]any{"p": "AQAB"})),
		"encryption":            set(jwk(t, &k.rsa.PublicKey, "a", "", map[string]any{"use": "enc"})),
		"unknown use":           set(jwk(t, &k.rsa.PublicKey, "a", "", map[string]any{"use": "tls"})),
		"operations":            set(jwk(t, &k.rsa.PublicKey, "a", "", map[string]any{"key_ops": []string{"encrypt"}})),
		"RSA of 1024 bits":      set(jwk(t, &short.PublicKey, "a", "", nil)),
		"RSA of 16384 bits":     set(rsaWith(new(big.Int).SetBit(big.NewInt(1), 16383, 1), 65537)),
		"RSA exponent 1":        set(rsaWith(k.rsa.N, 1)),
		"RSA exponent 3":        set(rsaWith(k.rsa.N, 3)),
		"RSA exponent even":     set(rsaWith(k.rsa.N, 65538)),
		"RSA modulus even":      set(rsaWith(new(big.Int).Lsh(big.NewInt(1), 2047), 65537)),
		"another curve":         set(jwk(t, &k.p384.PublicKey, "a", "", nil)),
		"point off the curve":   set(jwk(t, &k.p256.PublicKey, "a", "", map[string]any{"x": b64(make([]byte, 32))})),
		"short coordinate":      set(jwk(t, &k.p256.PublicKey, "a", "", map[string]any{"x": "AQ"})),
		"short Ed25519":         set(jwk(t, k.ed25519.Public(), "a", "", map[string]any{"x": "AQ"})),
		"unknown type":          set(`{"kty":"XX","kid":"a"}`),
		"alg none":              set(jwk(t, &k.rsa.PublicKey, "a", "none", nil)),
		"alg HS256":             set(jwk(t, &k.rsa.PublicKey, "a", "HS256", nil)),
		"alg of another type":   set(jwk(t, &k.rsa.PublicKey, "a", "ES256", nil)),
		"alg RS512":             set(jwk(t, &k.rsa.PublicKey, "a", "RS512", nil)),
		"alg for encryption":    set(jwk(t, &k.rsa.PublicKey, "a", "RSA-OAEP", nil)),
		"long kid":              set(jwk(t, &k.p256.PublicKey, strings.Repeat("a", 129), "", nil)),
		"kid with control":      set(jwk(t, &k.p256.PublicKey, "a\nb", "", nil)),
		"one good and one bad":  set(good, `{"kty":"oct","kid":"b","k":"AAAA"}`),
		"kid is a number":       set(jwk(t, &k.p256.PublicKey, "", "", map[string]any{"kid": 1})),
		"certificate of others": set(jwk(t, &k.p256.PublicKey, "a", "", map[string]any{"x5c": []string{"AAAA"}})),
	} {
		if keys, err := parseKeySet([]byte(jwks)); !errors.Is(err, ErrKeysInvalid) {
			t.Errorf("%s: %+v, %v", name, keys, err)
		}
	}
}

func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	f.Fuzz(func(t *testing.T, jwks []byte) {
		keys, err := parseKeySet(jwks)
		if err != nil {
			if !errors.Is(err, ErrKeysInvalid) {
				t.Errorf("error is %v", err)
			}
			return
		}
		for _, k := range keys {
			if again, err := parseKeySet([]byte(set(string(k.JWK)))); err != nil || again[0].KeyID != k.KeyID {
				t.Errorf("%s does not read back: %v", k.JWK, err)
			}
		}
	})
}
