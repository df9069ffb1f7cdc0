package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// labelSigner names the keys that checkpoints are signed with.
const labelSigner = "audit: checkpoints"

// typ keeps a checkpoint from being taken for a token (RFC 8725 §3.11).
const typ = "authserver-audit-checkpoint+jws"

// Segment is a closed part of a chain, and what was signed of it.
type Segment struct {
	RealmID     string
	Number      int64 // 1, 2, 3 …
	First, Last int64 // numbers of its entries
	// Previous is the hash of the entry before the first, Hash that of the last, Root that
	// of the Merkle tree over all of them.
	Previous, Hash, Root []byte
	ClosedAt             time.Time
	KeyID                string // thumbprint of the key that signed (RFC 7638)
	Checkpoint           string // the claims, signed: a compact JWS (RFC 7515) with EdDSA
}

// Claims are what a checkpoint says. Hashes are base64url.
type Claims struct {
	Format   string    `json:"format"` // "authserver audit checkpoint 1"
	RealmID  string    `json:"realm_id"`
	Number   int64     `json:"number"`
	First    int64     `json:"first"`
	Last     int64     `json:"last"`
	Previous string    `json:"previous"`
	Hash     string    `json:"hash"`
	Root     string    `json:"root"`
	ClosedAt time.Time `json:"closed_at"`
	// Before is the SHA-256 of the checkpoint before, as it is; "" for the first.
	Before string `json:"before"`
}

const claimsFormat = "authserver audit checkpoint 1"

func (g *Segment) claims(before []byte) Claims {
	return Claims{
		Format: claimsFormat, RealmID: g.RealmID, Number: g.Number, First: g.First, Last: g.Last, Previous: encoded(g.Previous), Hash: encoded(g.Hash),
		Root: encoded(g.Root), ClosedAt: g.ClosedAt.UTC(), Before: encoded(before),
	}
}

func encoded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// digestOf names a checkpoint in the next one, and in the head.
func digestOf(checkpoint string) []byte {
	sum := sha256.Sum256([]byte(checkpoint))
	return sum[:]
}

// sign signs a segment with the newest key; before is the digest of the checkpoint before.
func (s *Service) sign(g *Segment, before []byte) error {
	key := publicKey(s.signers[0].Public().(ed25519.PublicKey))
	g.KeyID = key.KeyID
	options := (&jose.SignerOptions{}).WithType(typ)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: s.signers[0], KeyID: key.KeyID}}, options)
	if err != nil {
		return fmt.Errorf("sign a checkpoint: %w", err)
	}
	payload, err := json.Marshal(g.claims(before))
	if err != nil {
		return err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return fmt.Errorf("sign a checkpoint: %w", err)
	}
	g.Checkpoint, err = signed.CompactSerialize()
	return err
}

// publicKey is an Ed25519 key as verifiers get it.
func publicKey(key ed25519.PublicKey) jose.JSONWebKey {
	k := jose.JSONWebKey{Key: key, Algorithm: string(jose.EdDSA), Use: "sig"}
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + encoded(key) + `"}`)) // RFC 8037 §2, RFC 7638 §3
	k.KeyID = encoded(sum[:])
	return k
}

// PublicKeys are the keys that checkpoints of this house verify with, the newest first.
func (s *Service) PublicKeys() jose.JSONWebKeySet {
	var set jose.JSONWebKeySet
	for _, signer := range s.signers {
		set.Keys = append(set.Keys, publicKey(signer.Public().(ed25519.PublicKey)))
	}
	return set
}

// Errors of checkpoints that are read.
var (
	errUnknownKey = errors.New("it is signed with a key that is not among those given")
	errForged     = errors.New("its signature is wrong")
)

// ReadCheckpoint verifies a checkpoint with the keys that are trusted and returns what it
// says.
func ReadCheckpoint(checkpoint string, trusted jose.JSONWebKeySet) (*Claims, error) {
	signed, err := jose.ParseSignedCompact(checkpoint, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return nil, fmt.Errorf("the checkpoint is not one: %w", err)
	}
	header := signed.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != typ {
		return nil, errors.New("the checkpoint is not one: it has another type")
	}
	found := trusted.Key(header.KeyID)
	if len(found) == 0 {
		return nil, errUnknownKey
	}
	key, ok := found[0].Key.(ed25519.PublicKey)
	if !ok {
		return nil, errUnknownKey
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return nil, errForged
	}
	return claimsOf(payload)
}

func claimsOf(payload []byte) (*Claims, error) {
	var c Claims
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil || c.Format != claimsFormat {
		return nil, errors.New("the checkpoint is not one: it says something else")
	}
	return &c, nil
}
