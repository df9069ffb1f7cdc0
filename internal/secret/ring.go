package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const (
	keyBytes = 32
	version  = "v1"

	// HKDF labels: one master key never serves two purposes directly.
	labelSeal   = "authserver/seal"
	labelName   = "authserver/key-id"
	labelDerive = "authserver/derive/"
)

// ErrSealed is returned for a sealed value that cannot be opened: altered,
// truncated, moved to another row, or sealed with a key that left the ring.
var ErrSealed = errors.New("sealed value cannot be opened")

// NewKey returns a new key for a Ring: 32 random bytes in standard base64.
func NewKey() string {
	return base64.StdEncoding.EncodeToString(Bytes(keyBytes))
}

// Ring seals values at rest. It holds one or more keys, newest first: the
// newest seals, all of them open. It is immutable and safe for concurrent use.
type Ring struct {
	boxes []box
}

// box is one key of the ring with what is derived from it.
type box struct {
	id     string
	master []byte
	aead   cipher.AEAD
}

// ParseRing reads keys as NewKey writes them (`openssl rand -base64 32` makes
// one too), newest first. It refuses an empty ring, keys that are not exactly
// 32 bytes, repeated keys, and keys that are text instead of random bytes. Its
// errors number the keys and never quote them.
func ParseRing(keys []string) (*Ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("the key ring is empty")
	}
	r := &Ring{boxes: make([]box, 0, len(keys))}
	for i, k := range keys {
		b, err := newBox(k)
		if err != nil {
			return nil, fmt.Errorf("key %d of the ring %w", i+1, err)
		}
		if r.find(b.id) != nil {
			return nil, fmt.Errorf("key %d of the ring is there twice", i+1)
		}
		r.boxes = append(r.boxes, b)
	}
	return r, nil
}

func newBox(encoded string) (box, error) {
	master, err := decode(base64.StdEncoding, encoded)
	if err != nil {
		return box{}, errors.New("is not standard base64")
	}
	if len(master) != keyBytes {
		return box{}, fmt.Errorf("has %d bytes instead of %d", len(master), keyBytes)
	}
	if !random(master) {
		return box{}, errors.New("is not random; make one with `openssl rand -base64 32`")
	}
	key, err := expand(master, labelSeal)
	if err != nil {
		return box{}, err
	}
	name, err := expand(master, labelName)
	if err != nil {
		return box{}, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return box{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return box{}, err
	}
	return box{id: base64.RawURLEncoding.EncodeToString(name[:6]), master: master, aead: aead}, nil
}

// random tells keys from placeholders. Encoded sentences are printable and
// repeated bytes have few values; 32 random bytes are neither, but for one case
// in 10^13.
func random(key []byte) bool {
	var seen [256]bool
	distinct, printable := 0, true
	for _, c := range key {
		if !seen[c] {
			seen[c] = true
			distinct++
		}
		if c < ' ' || c > '~' {
			printable = false
		}
	}
	return distinct >= 12 && !printable
}

func expand(master []byte, label string) ([]byte, error) {
	return hkdf.Key(sha256.New, master, nil, label, keyBytes)
}

func (r *Ring) find(id string) *box {
	for i := range r.boxes {
		if r.boxes[i].id == id {
			return &r.boxes[i]
		}
	}
	return nil
}

// Seal encrypts plain with the newest key. The context says where the value
// belongs (table, realm, row) and is authenticated with it: the same context
// must be given to Open, so a value copied into another row does not open
// there. Seal fails only when no context is given.
func (r *Ring) Seal(plain []byte, context ...string) (string, error) {
	if len(context) == 0 {
		return "", errors.New("seal without a context")
	}
	b := &r.boxes[0]
	head := version + "." + b.id
	sealed := b.aead.Seal(nil, nil, plain, framed([]byte(head), context))
	return head + "." + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open decrypts what Seal made for the same context, with whichever key of the
// ring sealed it. Any change to the value or the context is ErrSealed.
func (r *Ring) Open(sealed string, context ...string) ([]byte, error) {
	head, body, b := r.parse(sealed)
	if b == nil || len(context) == 0 {
		return nil, ErrSealed
	}
	data, err := decode(base64.RawURLEncoding, body)
	if err != nil {
		return nil, ErrSealed
	}
	plain, err := b.aead.Open(nil, nil, data, framed([]byte(head), context))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// Current reports whether sealed was sealed with the newest key. What was not
// is opened and sealed again before the old key leaves the ring.
func (r *Ring) Current(sealed string) bool {
	_, _, b := r.parse(sealed)
	return b == &r.boxes[0]
}

// parse splits a sealed value and finds its key; the key is nil when the value
// is malformed or its key is not in the ring.
func (r *Ring) parse(sealed string) (head, body string, b *box) {
	i := strings.LastIndexByte(sealed, '.')
	if i < 0 {
		return "", "", nil
	}
	head, body = sealed[:i], sealed[i+1:]
	v, id, ok := strings.Cut(head, ".")
	if !ok || v != version {
		return "", "", nil
	}
	return head, body, r.find(id)
}

// Derive returns one 32-byte key per ring key for the purpose named by label,
// newest first: make with the first, accept all. Different labels give
// unrelated keys (HKDF, RFC 5869).
func (r *Ring) Derive(label string) [][]byte {
	keys := make([][]byte, len(r.boxes))
	for i := range r.boxes {
		k, err := expand(r.boxes[i].master, labelDerive+label)
		if err != nil {
			panic("secret: " + err.Error()) // only for lengths above 255 hashes
		}
		keys[i] = k
	}
	return keys
}

// decode reads base64 in exactly one spelling: no line breaks, which Go's
// decoder would skip, and no stray bits behind the last byte.
func decode(e *base64.Encoding, s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	return e.Strict().DecodeString(s)
}
