package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
)

// Digest returns the SHA-256 of s: the form in which tokens and client secrets
// are stored. It suits secrets of full entropy only; what a person has chosen
// goes through Passwords.
func Digest(s string) []byte {
	d := sha256.Sum256([]byte(s))
	return d[:]
}

// Equal reports whether a and b are the same, in time that depends on their
// lengths only.
func Equal(a, b []byte) bool {
	return subtle.ConstantTimeCompare(a, b) == 1
}

// MAC returns the HMAC-SHA256 of parts under key. Each part is preceded by its
// length, so ("ab", "c") and ("a", "bc") differ: a proof made for one meaning
// cannot be cut differently and presented for another.
func MAC(key []byte, parts ...string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(framed(nil, parts))
	return m.Sum(nil)
}

// framed appends the parts to b, each behind its length.
func framed(b []byte, parts []string) []byte {
	for _, p := range parts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}
