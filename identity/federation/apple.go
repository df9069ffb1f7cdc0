package federation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// appleLife is how long a client secret for Apple lives: for one exchange.
const appleLife = 5 * time.Minute

// appleSigner reads the private key that Apple gave, and signs with it.
func appleSigner(key string, names AppleKey) (jose.Signer, error) {
	block, _ := pem.Decode([]byte(key))
	if block == nil {
		return nil, errors.New("no PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("no PKCS #8") // the parser may quote the key
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return nil, errors.New("no key for ES256")
	}
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: names.KeyID}}, nil)
}

// appleSecret makes the client secret that Apple wants: a token that says who asks,
// signed by the team's key.
func appleSecret(key string, p *Provider, now time.Time) (string, error) {
	signer, err := appleSigner(key, p.AppleKey)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(map[string]any{
		"iss": p.AppleKey.TeamID, "sub": p.ClientID, "aud": appleIssuer, "iat": now.Unix(), "exp": now.Add(appleLife).Unix(),
	})
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
