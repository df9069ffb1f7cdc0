package key

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"authserver/internal/secret"
)

// The algorithms that we sign with (RFC 7518 §3.1, RFC 8037 §3.1).
const (
	RS256 = "RS256"
	PS256 = "PS256"
	ES256 = "ES256"
	EdDSA = "EdDSA" // with Ed25519
)

// Algorithms lists what Signing accepts.
func Algorithms() []string { return []string{RS256, PS256, ES256, EdDSA} }

// generate makes the key pair of an algorithm.
func generate(algorithm string, rsaBits int) (crypto.Signer, error) {
	switch algorithm {
	case RS256, PS256:
		return rsa.GenerateKey(secret.Reader(), rsaBits)
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), secret.Reader())
	case EdDSA:
		_, private, err := ed25519.GenerateKey(secret.Reader())
		return private, err
	default:
		return nil, ErrAlgorithm
	}
}

// fits tells whether a public key may be used with algorithm: type, curve and
// size (JWT-12).
func fits(public crypto.PublicKey, algorithm string) bool {
	switch p := public.(type) {
	case *rsa.PublicKey:
		return (algorithm == RS256 || algorithm == PS256) && p.N.BitLen() >= 2048
	case *ecdsa.PublicKey:
		return algorithm == ES256 && p.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return algorithm == EdDSA
	default:
		return false
	}
}

// thumbprint returns the kid of a public key (RFC 7638, SHA-256).
func thumbprint(public crypto.PublicKey) (string, error) {
	sum, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("thumbprint: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// jwk returns the public half of k as clients see it.
func jwk(k *Key) jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.Public, KeyID: k.ID, Algorithm: k.Algorithm, Use: "sig"}
}

// parsePublic reads a stored JWK and refuses one that is not what its row says.
func parsePublic(text, kid, algorithm string) (crypto.PublicKey, error) {
	var stored jose.JSONWebKey
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, fmt.Errorf("public half of key %s: %w", kid, err)
	}
	if !stored.IsPublic() || !fits(stored.Key, algorithm) {
		return nil, fmt.Errorf("public half of key %s is not one for %s", kid, algorithm)
	}
	if actual, err := thumbprint(stored.Key); err != nil || actual != kid {
		return nil, fmt.Errorf("public half of key %s belongs to another key", kid)
	}
	return stored.Key, nil
}

// parsePrivate reads PKCS#8 (RFC 5208).
func parsePrivate(der []byte) (crypto.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("not PKCS#8") // the parser's words could quote the key
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, errors.New("not a signing key")
	}
	return private, nil
}

// jwks returns the JWK set of keys and a strong entity tag of its bytes.
func jwks(keys []*Key) (body []byte, etag string, err error) {
	doc := jose.JSONWebKeySet{Keys: make([]jose.JSONWebKey, len(keys))}
	for i, k := range keys {
		doc.Keys[i] = jwk(k)
	}
	if body, err = json.Marshal(doc); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(body)
	return body, `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`, nil
}
