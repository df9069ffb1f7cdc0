package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// Authenticator is a device with one passkey, and the browser's part of a ceremony. It does what WebAuthn Level 3 §6 says, from
// the standard and not from our code.
type Authenticator struct {
	// Origin is the page's, RPID the host that the passkey belongs to.
	Origin, RPID string
	// Verifies says that it asks its person for a finger or a PIN; otherwise it is only touched.
	Verifies bool

	key        *ecdsa.PrivateKey
	id, handle []byte
	count      uint32
}

// NewAuthenticator returns a device for a house at localhost.
func NewAuthenticator(h *House, verifies bool) (*Authenticator, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	id := make([]byte, 32)
	_, _ = rand.Read(id) // never fails since Go 1.24
	return &Authenticator{Origin: h.URL, RPID: "localhost", Verifies: verifies, key: key, id: id}, nil
}

// Flags of what an authenticator says (WebAuthn §6.1).
const (
	flagPresent  = 0x01
	flagVerified = 0x04
	flagEligible = 0x08
	flagBackedUp = 0x10
	flagAttested = 0x40
)

// Create answers the options of navigator.credentials.create.
func (a *Authenticator) Create(options []byte) (string, error) {
	var asked struct {
		Challenge string
		User      struct{ ID string }
	}
	if err := json.Unmarshal(options, &asked); err != nil {
		return "", fmt.Errorf("options %.200s: %w", options, err)
	}
	var err error
	if a.handle, err = base64.RawURLEncoding.DecodeString(asked.User.ID); err != nil {
		return "", fmt.Errorf("handle of the user: %w", err)
	}
	point, err := a.key.PublicKey.Bytes()
	if err != nil {
		return "", err
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		return "", err
	}
	data := append(a.data(flagAttested), make([]byte, 16)...) // no AAGUID
	data = binary.BigEndian.AppendUint16(data, uint16(len(a.id)))
	data = append(append(data, a.id...), cose...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		return "", err
	}
	client, err := a.client("webauthn.create", asked.Challenge)
	if err != nil {
		return "", err
	}
	return a.answer(map[string]any{"clientDataJSON": encoded(client), "attestationObject": encoded(object), "transports": []string{"internal"}})
}

// Get answers the options of navigator.credentials.get.
func (a *Authenticator) Get(options []byte) (string, error) {
	var asked struct{ Challenge string }
	if err := json.Unmarshal(options, &asked); err != nil {
		return "", fmt.Errorf("options %.200s: %w", options, err)
	}
	client, err := a.client("webauthn.get", asked.Challenge)
	if err != nil {
		return "", err
	}
	data, hash := a.data(0), sha256.Sum256(client)
	digest := sha256.Sum256(append(data[:len(data):len(data)], hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		return "", err
	}
	return a.answer(map[string]any{
		"clientDataJSON": encoded(client), "authenticatorData": encoded(data), "signature": encoded(signature), "userHandle": encoded(a.handle),
	})
}

func (a *Authenticator) client(ceremony, challenge string) ([]byte, error) {
	return json.Marshal(map[string]any{"type": ceremony, "challenge": challenge, "origin": a.Origin, "crossOrigin": false})
}

// data is the authenticator data without what is attested. One that verifies is synchronised and does not count; one that is
// touched counts and stays where it is.
func (a *Authenticator) data(flags byte) []byte {
	flags |= flagPresent
	if a.Verifies {
		flags |= flagVerified | flagEligible | flagBackedUp
	} else {
		a.count++
	}
	hash := sha256.Sum256([]byte(a.RPID))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), a.count)
}

func (a *Authenticator) answer(response map[string]any) (string, error) {
	b, err := json.Marshal(map[string]any{
		"id": encoded(a.id), "rawId": encoded(a.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response,
	})
	return string(b), err
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
