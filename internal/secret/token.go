package secret

import (
	"crypto/rand"
	"encoding/base64"
	"io"
)

// tokenBytes is 256 bits: enough that a token is stored as one unsalted SHA-256
// and needs neither a slow hash nor a limit on guessing.
const tokenBytes = 32

// Bytes returns n random bytes.
func Bytes(n int) []byte {
	b := make([]byte, n)
	// Read never fails: the runtime ends the process instead.
	_, _ = rand.Read(b)
	return b
}

// Token returns prefix followed by 43 base64url characters of 256 random bits.
func Token(prefix string) string {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:])
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// Digits returns a code of n decimal digits, each as likely as any other.
func Digits(n int) string {
	const unbiased = 250 // the largest multiple of ten that a byte can hold
	code := make([]byte, 0, n)
	for len(code) < n {
		for _, b := range Bytes(n) {
			if b < unbiased && len(code) < n {
				code = append(code, '0'+b%10)
			}
		}
	}
	return string(code)
}

// Reader returns the source of randomness, for key generation and signatures.
func Reader() io.Reader {
	return rand.Reader
}
