package oauth

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"authserver/internal/secret"
	"authserver/oauth/key"
)

// Token types of the JOSE header (RFC 8725 §3.11): what a token is for cannot be
// mistaken for another of our tokens.
const (
	typAccess = "at+jwt" // RFC 9068 §2.1
	typID     = "JWT"    // OpenID Connect Core names none
)

// maxTokenSize bounds what is parsed at all (JWT-09).
const maxTokenSize = 8 << 10

// errToken says that a token is not one of ours, without saying why: the reason
// would be an oracle.
var errToken = errors.New("oauth: token is not valid")

// sign returns claims as a compact JWS (RFC 7515 §3.1) of k.
func sign(k *key.Key, typ string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	header := `{"alg":"` + k.Algorithm + `","kid":"` + k.ID + `","typ":"` + typ + `"}`
	enc := base64.RawURLEncoding
	out := make([]byte, 0, enc.EncodedLen(len(header))+enc.EncodedLen(len(payload))+520)
	out = enc.AppendEncode(out, []byte(header))
	out = append(out, '.')
	out = enc.AppendEncode(out, payload)
	sig, err := signature(k, out)
	if err != nil {
		return "", fmt.Errorf("sign with key %s: %w", k.ID, err)
	}
	out = append(out, '.')
	return string(enc.AppendEncode(out, sig)), nil
}

// signature makes the JWS signature of input for the key's one algorithm
// (RFC 7518 §3, RFC 8037).
func signature(k *key.Key, input []byte) ([]byte, error) {
	digest := sha256.Sum256(input)
	switch k.Algorithm {
	case "ES256":
		private, ok := k.Private.(*ecdsa.PrivateKey)
		if !ok {
			return nil, fmt.Errorf("key is %T", k.Private)
		}
		r, s, err := ecdsa.Sign(secret.Reader(), private, digest[:])
		if err != nil {
			return nil, err
		}
		sig := make([]byte, 64)
		r.FillBytes(sig[:32])
		s.FillBytes(sig[32:])
		return sig, nil
	case "RS256":
		return k.Private.Sign(secret.Reader(), digest[:], crypto.SHA256)
	case "PS256":
		return k.Private.Sign(secret.Reader(), digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	case "EdDSA":
		return k.Private.Sign(secret.Reader(), input, crypto.Hash(0))
	default:
		return nil, fmt.Errorf("algorithm %s is not supported", k.Algorithm)
	}
}

// header is what a verifier may read of a JOSE header. Key material and URLs in it
// are ignored; critical extensions are refused (JWT-03).
type header struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Type      string          `json:"typ"`
	Critical  json.RawMessage `json:"crit"`
}

// parse splits a compact JWS without verifying it.
func parse(token string) (h header, signed string, payload, sig []byte, err error) {
	if len(token) > maxTokenSize || strings.Count(token, ".") != 2 {
		return h, "", nil, nil, errToken
	}
	last := strings.LastIndexByte(token, '.')
	first := strings.IndexByte(token, '.')
	head, err := base64.RawURLEncoding.Strict().DecodeString(token[:first])
	if err != nil {
		return h, "", nil, nil, errToken
	}
	if json.Unmarshal(head, &h) != nil || h.Critical != nil || h.KeyID == "" || len(h.KeyID) > 128 {
		return h, "", nil, nil, errToken
	}
	if payload, err = base64.RawURLEncoding.Strict().DecodeString(token[first+1 : last]); err != nil {
		return h, "", nil, nil, errToken
	}
	if sig, err = base64.RawURLEncoding.Strict().DecodeString(token[last+1:]); err != nil {
		return h, "", nil, nil, errToken
	}
	return h, token[:last], payload, sig, nil
}

// verify reports whether sig is k's signature over signed. The algorithm is the
// key's, never the header's: the caller has compared the two (JWT-01, JWT-02).
func verify(k *key.Key, signed string, sig []byte) bool {
	digest := sha256.Sum256([]byte(signed))
	switch public := k.Public.(type) {
	case *ecdsa.PublicKey:
		if k.Algorithm != "ES256" || len(sig) != 64 {
			return false
		}
		return ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	case *rsa.PublicKey:
		if k.Algorithm == "PS256" {
			return rsa.VerifyPSS(public, crypto.SHA256, digest[:], sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		}
		return k.Algorithm == "RS256" && rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], sig) == nil
	case ed25519.PublicKey:
		return k.Algorithm == "EdDSA" && ed25519.Verify(public, []byte(signed), sig)
	}
	return false
}

// halfHash is the left half of the hash of value that at_hash and c_hash hold
// (OpenID Connect Core §3.1.3.6): SHA-512 for Ed25519, as relying parties expect.
func halfHash(algorithm, value string) string {
	if algorithm == "EdDSA" {
		sum := sha512.Sum512([]byte(value))
		return base64.RawURLEncoding.EncodeToString(sum[:32])
	}
	sum := sha256.Sum256([]byte(value))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// audience is a JWT "aud": one string, or an array of several (RFC 7519 §4.1.3).
type audience []string

// MarshalJSON writes a single audience as a string, the form every client reads.
func (a audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// UnmarshalJSON reads both forms.
func (a *audience) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var one string
		if err := json.Unmarshal(b, &one); err != nil {
			return err
		}
		*a = audience{one}
		return nil
	}
	return json.NewDecoder(bytes.NewReader(b)).Decode((*[]string)(a))
}
