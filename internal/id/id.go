// Package id makes and checks the identifiers of rows: UUIDv7 in canonical
// lower-case text (RFC 9562 §5.7).
//
// An id sorts by its time of birth, which keeps index inserts local. It is a
// name and never a secret: its time is readable and part of it is guessable.
// What must not be guessed comes from internal/secret.
package id

import "github.com/google/uuid"

// New returns a fresh UUIDv7. It panics when the system has no randomness.
func New() string {
	return uuid.Must(uuid.NewV7()).String()
}

// Valid reports whether s is an identifier as New writes them. Other spellings
// of a UUID (upper case, braces, urn:) are refused, so that one thing has one
// name in caches, logs and comparisons.
func Valid(s string) bool {
	if len(s) != 36 || s[14] != '7' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		case 19:
			if c != '8' && c != '9' && c != 'a' && c != 'b' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
