package passkey_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"authserver/internal/secret"
)

// What an authenticator says about a ceremony (WebAuthn §6.1).
const (
	present  = 0x01
	verified = 0x04
	eligible = 0x08
	backedUp = 0x10
	attested = 0x40
)

const (
	es256 = -7
	eddsa = -8
	rs256 = -257
)

// authenticator is a device with one credential, and the browser in which it is used. It
// does what it is told, also what no device would.
type authenticator struct {
	t      testing.TB
	rpID   string
	origin string
	alg    int
	key    crypto.Signer
	id     []byte
	handle []byte
	aaguid [16]byte
	flags  byte
	count  uint32
	// counts says that it counts its signatures.
	counts bool
	// maker signs the attestation; nil for none.
	maker *maker
	self  bool // attests by itself
}

func newAuthenticator(t testing.TB, spoil ...func(*authenticator)) *authenticator {
	a := &authenticator{
		t: t, rpID: "auth.test", origin: "http://auth.test", alg: es256, id: secret.Bytes(32),
		flags: present | verified | eligible | backedUp,
	}
	for _, s := range spoil {
		s(a)
	}
	var err error
	switch a.alg {
	case es256:
		a.key, err = ecdsa.GenerateKey(elliptic.P256(), secret.Reader())
	case eddsa:
		_, a.key, err = ed25519.GenerateKey(secret.Reader())
	case rs256:
		a.key, err = rsa.GenerateKey(secret.Reader(), 2048)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// securityKey is a device that counts, stays one device, and does not ask who touches it.
func securityKey(a *authenticator) { a.flags, a.counts = present, true }

// cose is the public key in the form of RFC 9053.
func (a *authenticator) cose() []byte {
	a.t.Helper()
	var key map[int]any
	switch k := a.key.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		if err != nil {
			a.t.Fatal(err)
		}
		key = map[int]any{1: 2, 3: a.alg, -1: 1, -2: point[1:33], -3: point[33:]}
	case ed25519.PublicKey:
		key = map[int]any{1: 1, 3: a.alg, -1: 6, -2: []byte(k)}
	case *rsa.PublicKey:
		key = map[int]any{1: 3, 3: a.alg, -1: k.N.Bytes(), -2: big.NewInt(int64(k.E)).Bytes()}
	}
	return encoded(a.t, key)
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	b, err := webauthncbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (a *authenticator) sign(key crypto.Signer, data []byte) []byte {
	a.t.Helper()
	options, message := crypto.SignerOpts(crypto.Hash(0)), data
	if _, plain := key.(ed25519.PrivateKey); !plain {
		digest := sha256.Sum256(data)
		options, message = crypto.SHA256, digest[:]
	}
	signature, err := key.Sign(secret.Reader(), message, options)
	if err != nil {
		a.t.Fatal(err)
	}
	return signature
}

// reply is what goes to the server, before it is signed: a test may change any of it.
type reply struct {
	client    map[string]any
	rpID      string
	flags     byte
	count     uint32
	id, rawID []byte
	handle    []byte
	cose      []byte
	extra     map[string]any // client extension outputs
	signature func([]byte) []byte
	format    string
}

type asked struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	RP        struct {
		ID, Name string
	} `json:"rp"`
	User struct {
		ID, Name, DisplayName string
	} `json:"user"`
	UserVerification       string `json:"userVerification"`
	Attestation            string `json:"attestation"`
	AuthenticatorSelection struct {
		ResidentKey, UserVerification string
	} `json:"authenticatorSelection"`
	AllowCredentials   []struct{ ID string } `json:"allowCredentials"`
	ExcludeCredentials []struct{ ID string } `json:"excludeCredentials"`
	PubKeyCredParams   []struct{ Alg int }   `json:"pubKeyCredParams"`
	Timeout            int                   `json:"timeout"`
}

func read(t testing.TB, options []byte) asked {
	t.Helper()
	var q asked
	if err := json.Unmarshal(options, &q); err != nil {
		t.Fatalf("options %.200s: %v", options, err)
	}
	return q
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (a *authenticator) reply(ceremony, challenge string) *reply {
	if a.counts {
		a.count++
	}
	return &reply{
		client: map[string]any{"type": ceremony, "challenge": challenge, "origin": a.origin, "crossOrigin": false},
		rpID:   a.rpID, flags: a.flags, count: a.count, id: a.id, rawID: a.id, handle: a.handle,
		extra: map[string]any{}, signature: func(b []byte) []byte { return b },
	}
}

func (r *reply) authData() []byte {
	hash := sha256.Sum256([]byte(r.rpID))
	return binary.BigEndian.AppendUint32(append(hash[:], r.flags), r.count)
}

func (r *reply) json(t testing.TB, response map[string]any) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": b64(r.id), "rawId": b64(r.rawID), "type": "public-key", "clientExtensionResults": r.extra, "response": response,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// create is navigator.credentials.create.
func (a *authenticator) create(options []byte, spoil ...func(*reply)) []byte {
	a.t.Helper()
	q := read(a.t, options)
	var err error
	if a.handle, err = base64.RawURLEncoding.DecodeString(q.User.ID); err != nil {
		a.t.Fatal(err)
	}
	r := a.reply("webauthn.create", q.Challenge)
	r.flags |= attested
	r.cose = a.cose()
	r.extra["credProps"] = map[string]any{"rk": a.flags&verified != 0}
	r.format = "none"
	if a.self || a.maker != nil {
		r.format = "packed"
	}
	for _, s := range spoil {
		s(r)
	}
	client := encode(a.t, r.client)
	data := append(r.authData(), a.aaguid[:]...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(r.id)))
	data = append(append(data, r.id...), r.cose...)
	statement := map[string]any{}
	if r.format == "packed" {
		statement = a.attest(append(data[:len(data):len(data)], digest(client)...), r)
	}
	object := encoded(a.t, map[string]any{"fmt": r.format, "attStmt": statement, "authData": data})
	return r.json(a.t, map[string]any{
		"clientDataJSON": b64(client), "attestationObject": b64(object), "transports": []string{"internal", "hybrid", "smoke-signals"},
	})
}

func (a *authenticator) attest(data []byte, r *reply) map[string]any {
	a.t.Helper()
	if a.maker == nil {
		return map[string]any{"alg": a.alg, "sig": r.signature(a.sign(a.key, data))}
	}
	return map[string]any{"alg": es256, "sig": r.signature(a.sign(a.maker.key, data)), "x5c": []any{a.maker.leaf}}
}

// get is navigator.credentials.get.
func (a *authenticator) get(options []byte, spoil ...func(*reply)) []byte {
	a.t.Helper()
	r := a.reply("webauthn.get", read(a.t, options).Challenge)
	for _, s := range spoil {
		s(r)
	}
	client, data := encode(a.t, r.client), r.authData()
	signature := r.signature(a.sign(a.key, append(data[:len(data):len(data)], digest(client)...)))
	response := map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature)}
	if r.handle != nil {
		response["userHandle"] = b64(r.handle)
	}
	return r.json(a.t, response)
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func digest(b []byte) []byte {
	d := sha256.Sum256(b)
	return d[:]
}

// maker is who makes authenticators: a root and a certificate for attestation.
type maker struct {
	root    *x509.Certificate
	rootKey *ecdsa.PrivateKey
	leaf    []byte
	key     *ecdsa.PrivateKey
}

func newMaker(t testing.TB) *maker {
	t.Helper()
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), secret.Reader())
	if err != nil {
		t.Fatal(err)
	}
	// The library looks at the real clock.
	from, to := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(secret.Reader(), root, root, rootKey.Public(), rootKey)
	if err != nil {
		t.Fatal(err)
	}
	m := &maker{rootKey: rootKey}
	if m.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if m.key, err = ecdsa.GenerateKey(elliptic.P256(), secret.Reader()); err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: from, NotAfter: to, BasicConstraintsValid: true,
		Subject: pkix.Name{Country: []string{"SE"}, Organization: []string{"Makers"}, OrganizationalUnit: []string{"Authenticator Attestation"}, CommonName: "One"},
	}
	if m.leaf, err = x509.CreateCertificate(secret.Reader(), leaf, m.root, m.key.Public(), rootKey); err != nil {
		t.Fatal(err)
	}
	return m
}
