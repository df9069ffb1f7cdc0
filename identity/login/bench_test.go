package login_test

import (
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/internal/secret"
)

// BenchmarkSignIn is a whole attempt at the production price of a hash, against
// BenchmarkHash, the hash alone.
func BenchmarkSignIn(b *testing.B) {
	h := newHouse(b)
	h.User(b, "ann@example.com")
	h.hash.Passwords = production()
	if err := try(b, h, "ann@example.com", identitytest.Password); err != nil { // replaces the hash
		b.Fatal(err)
	}
	for b.Loop() {
		f := h.flow(b)
		if _, err := h.login.Attempt(h.Context, h.Realm, f, login.Input{Email: "ann@example.com", Password: identitytest.Password}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	p := production()
	for b.Loop() {
		if err := p.Burn(b.Context(), identitytest.Password); err != nil {
			b.Fatal(err)
		}
	}
}

func production() *secret.Passwords {
	p := secret.DefaultPasswordParams()
	p.Wait = time.Minute
	return secret.NewPasswords(p)
}
