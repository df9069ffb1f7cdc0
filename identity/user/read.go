package user

import (
	"context"
	"log/slog"

	"authserver/internal/id"
)

// ByID returns the user, suspended or not, or ErrNotFound. It is one statement.
func (s *Service) ByID(ctx context.Context, realmID, userID string) (*User, error) {
	if !id.Valid(userID) {
		return nil, ErrNotFound
	}
	r, err := s.byID(ctx, realmID, userID)
	if err != nil {
		return nil, err
	}
	return r.user()
}

// ByEmail returns the user with that address in any spelling, suspended or not, or
// ErrNotFound; an address that nobody can have is not found either.
func (s *Service) ByEmail(ctx context.Context, realmID, email string) (*User, error) {
	_, key, err := Normalise(email)
	if err != nil {
		return nil, ErrNotFound
	}
	r, err := s.byKey(ctx, realmID, key)
	if err != nil {
		return nil, err
	}
	return r.user()
}

// Credential is a user with what their password is verified against.
type Credential struct {
	*User
	// Hash is the PHC string, empty for a user without a password.
	Hash Hash
	// Serial counts the passwords that the user has had. What was made under one
	// password (a known device) dies with it.
	Serial int64
}

// Hash is a password's hash; it does not print.
type Hash string

// String hides the hash from logs and errors.
func (Hash) String() string { return "[hash]" }

// GoString hides the hash from %#v.
func (Hash) GoString() string { return "[hash]" }

// LogValue hides the hash from slog.
func (Hash) LogValue() slog.Value { return slog.StringValue("[hash]") }

// Credential returns the user under the key that Normalise made, for verifying a
// password, or ErrNotFound. It is one statement.
func (s *Service) Credential(ctx context.Context, realmID, key string) (*Credential, error) {
	r, err := s.byKey(ctx, realmID, key)
	if err != nil {
		return nil, err
	}
	u, err := r.user()
	if err != nil {
		return nil, err
	}
	return &Credential{User: u, Hash: Hash(r.PasswordHash), Serial: r.PasswordSerial}, nil
}
