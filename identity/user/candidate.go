package user

import (
	"context"
	"errors"
	"fmt"

	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/tenant/realm"
)

// Candidate is somebody who asked for an account and has not yet shown that the
// address is theirs: checked and ready to be stored, so that Admit needs no more than
// the proof. Until then there is no account that anybody else could slip into
// (security rule FED-09).
type Candidate struct {
	// Email is the address to write to, Key the form under which it is unique.
	Email, Key   string
	name, locale string
	hash         Hash
}

// Candidate checks what Create checks, except whether the address is taken, and hashes
// the password, which is required. It must not be called inside a transaction.
func (s *Service) Candidate(ctx context.Context, in *realm.Realm, n NewUser) (*Candidate, error) {
	addr, key, err := Normalise(n.Email)
	if err != nil {
		return nil, err
	}
	u := &User{RealmID: in.ID, Email: addr}
	profile := Profile{Name: &n.Name, Locale: &n.Locale}
	if _, err := profile.apply(u); err != nil {
		return nil, err
	}
	ready, err := s.acceptable(ctx, in, u, n.Password, n.Place)
	if err != nil {
		return nil, err
	}
	p, err := s.hash(ctx, ready)
	if err != nil {
		return nil, err
	}
	return &Candidate{Email: addr, Key: key, name: u.Name, locale: u.Locale, hash: Hash(p.encoded)}, nil
}

// The names under which Pack keeps what a candidate consists of.
const (
	packedEmail, packedName, packedLocale, packedHash = "email", "name", "locale", "hash"
)

// Pack returns the candidate as values to be kept until the proof. They hold the
// password's hash: keep them sealed, and no longer than the proof may take.
func (c *Candidate) Pack() map[string]string {
	return map[string]string{packedEmail: c.Email, packedName: c.name, packedLocale: c.locale, packedHash: string(c.hash)}
}

// Unpack returns the candidate that Pack made values of.
func Unpack(values map[string]string) (*Candidate, error) {
	addr, key, err := Normalise(values[packedEmail])
	if err != nil || values[packedHash] == "" {
		return nil, errors.New("these values are no candidate")
	}
	return &Candidate{
		Email: addr, Key: key, name: values[packedName], locale: values[packedLocale], hash: Hash(values[packedHash]),
	}, nil
}

// Renew returns a candidate of the same address and name with another password.
func (s *Service) Renew(ctx context.Context, in *realm.Realm, c *Candidate, password, place string) (*Candidate, error) {
	return s.Candidate(ctx, in, NewUser{Email: c.Email, Password: password, Name: c.name, Locale: c.locale, Place: place})
}

// Admit makes an active account of a candidate whose address is proven, in the
// transaction of that proof. It returns ErrEmailTaken when somebody else has the
// address by now; the transaction must then be given up.
func (s *Service) Admit(ctx context.Context, in *realm.Realm, c *Candidate) (*User, error) {
	now := database.At(s.now()).Time()
	u := &User{
		ID: id.New(), RealmID: in.ID, Email: c.Email, EmailVerified: true, Name: c.name, Locale: c.locale, Status: StatusActive,
		Attributes: map[string]any{}, HasPassword: true, Version: 1, CreatedAt: now, UpdatedAt: now, PasswordChangedAt: now,
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, u, c.Key, Password{encoded: string(c.hash)}); err != nil {
			if errors.Is(err, database.ErrDuplicate) {
				return ErrEmailTaken
			}
			return fmt.Errorf("admit user: %w", err)
		}
		return s.events.Record(ctx, u.Ref(), Created{EmailVerified: true, HasPassword: true}, EmailVerified{})
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// Name is what the candidate is called, or "".
func (c *Candidate) Name() string { return c.name }
