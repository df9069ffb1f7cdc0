package application

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

const (
	keySetMax = 64 << 10
	keysMax   = 10
	kidMax    = 128
	rsaMin    = 2048
	rsaMax    = 8192 // verifying with longer ones is a way to keep us busy
	rsaExpMin = 65537
)

// parseKeySet reads a JSON Web Key Set given by value. Every key must be a public
// signature key of RS256, PS256, ES256 or EdDSA and strong enough, and is tied to
// one algorithm (RFC 8725 §3.1): RSA keys without alg are RS256. A key without kid
// gets its thumbprint (RFC 7638).
func parseKeySet(jwks []byte) ([]Key, error) {
	if len(jwks) > keySetMax {
		return nil, keysFault("The key set is too large.")
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(jwks, &set); err != nil {
		return nil, keysFault("The key set is not a JSON object with the member keys.")
	}
	if len(set.Keys) == 0 || len(set.Keys) > keysMax {
		return nil, keysFault(fmt.Sprintf("A key set has 1 to %d keys.", keysMax))
	}
	keys := make([]Key, 0, len(set.Keys))
	for i, raw := range set.Keys {
		k, flaw := parseKey(raw)
		if flaw == "" && slices.ContainsFunc(keys, func(other Key) bool { return other.KeyID == k.KeyID }) {
			flaw = "its kid is used twice"
		}
		if flaw != "" {
			return nil, keysFault(fmt.Sprintf("Key %d cannot be used: %s.", i+1, flaw))
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func keysFault(say string) error { return ErrKeysInvalid.At("jwks").Say(say) }

func parseKey(raw json.RawMessage) (Key, string) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return Key{}, "it is not a JSON object"
	}
	// go-jose ignores members that do not belong to the key type, so a private
	// half could hide in what looks like a public key.
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if _, found := members[private]; found {
			return Key{}, "it is not public; remove the private part, and make a new key"
		}
	}
	if ops, found := members["key_ops"]; found && !bytes.Contains(ops, []byte(`"verify"`)) {
		return Key{}, "it is not for signatures"
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(raw); err != nil || !jwk.Valid() || !jwk.IsPublic() {
		return Key{}, "it is malformed or of an unknown type"
	}
	if jwk.Use != "" && jwk.Use != "sig" {
		return Key{}, "it is not for signatures"
	}
	algorithm, flaw := algorithmOf(jwk.Key, jwk.Algorithm)
	if flaw != "" {
		return Key{}, flaw
	}
	kid, flaw := keyID(&jwk)
	if flaw != "" {
		return Key{}, flaw
	}
	clean, err := json.Marshal(jose.JSONWebKey{Key: jwk.Key, KeyID: kid, Algorithm: algorithm, Use: "sig"})
	if err != nil {
		return Key{}, "it is malformed"
	}
	return Key{KeyID: kid, Algorithm: algorithm, Public: jwk.Key, JWK: clean}, ""
}

// algorithmOf returns the one algorithm of the key. want is what the key says
// itself, or empty.
func algorithmOf(public any, want string) (algorithm, flaw string) {
	possible := []string{}
	switch k := public.(type) {
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < rsaMin || bits > rsaMax {
			return "", fmt.Sprintf("an RSA key has %d to %d bits", rsaMin, rsaMax)
		}
		if k.E < rsaExpMin || k.E%2 == 0 || k.N.Bit(0) == 0 {
			return "", "its RSA numbers are weak"
		}
		possible = []string{string(jose.RS256), string(jose.PS256)}
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			possible = []string{string(jose.ES256)}
		}
	case ed25519.PublicKey:
		if len(k) == ed25519.PublicKeySize {
			possible = []string{string(jose.EdDSA)}
		}
	}
	switch {
	case len(possible) == 0:
		return "", "its type or curve is not supported"
	case want == "":
		return possible[0], ""
	case !slices.Contains(possible, want):
		return "", "its alg is not supported for this type of key"
	}
	return want, ""
}

// keyID checks the key's own name or makes one.
func keyID(jwk *jose.JSONWebKey) (kid, flaw string) {
	if jwk.KeyID == "" {
		sum, err := jwk.Thumbprint(crypto.SHA256)
		if err != nil {
			return "", "it is malformed"
		}
		return base64.RawURLEncoding.EncodeToString(sum), ""
	}
	if len(jwk.KeyID) > kidMax {
		return "", "its kid is too long"
	}
	for i := range len(jwk.KeyID) {
		if c := jwk.KeyID[i]; c <= ' ' || c >= 0x7F {
			return "", "its kid has characters other than printable ASCII"
		}
	}
	return jwk.KeyID, ""
}
