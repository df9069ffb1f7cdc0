package user

import (
	"context"
	"fmt"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// ErrHashRefused says that a password hash of another system cannot be taken over.
var ErrHashRefused = fault.New(fault.Invalid, "password_hash_invalid", "This password hash cannot be taken over.").At("password_hash")

// Imported is a person as another system knew them. Only Email is required.
type Imported struct {
	Email    string
	Verified bool
	// Hash is what that system made of the password, in one of the forms that
	// secret.Importable lists; empty for somebody who will sign in another way.
	Hash string
	// MustChange makes the person choose another password at their first sign-in.
	MustChange bool
	// Profile holds what else is known; a phone number comes in unverified.
	Profile Profile

	user *User
	key  string
}

// Check makes the person ready to be imported into the realm, or returns the fault of
// the first field that breaks a rule: ErrEmailInvalid, ErrHashRefused or one of the
// profile. It reads nothing. Key is what the address is unique by.
func (n *Imported) Check(in *realm.Realm) (key string, err error) {
	addr, key, err := Normalise(n.Email)
	if err != nil {
		return "", err
	}
	if n.Hash != "" {
		if err := secret.Importable(n.Hash); err != nil {
			return "", ErrHashRefused.Say("This password hash cannot be taken over: " + err.Error() + ".")
		}
	}
	u := &User{
		ID: id.New(), RealmID: in.ID, Email: addr, EmailVerified: n.Verified, Status: StatusActive, Version: 1,
		Attributes: map[string]any{}, MustChangePassword: n.MustChange && n.Hash != "", HasPassword: n.Hash != "",
	}
	if _, err := n.Profile.apply(u); err != nil {
		return "", err
	}
	n.user, n.key = u, key
	return key, nil
}

// Import makes accounts of people whom Check has found in order, in one transaction,
// and returns the addresses that the realm has already; those accounts are left as
// they are, so that importing twice changes nothing. The first sign-in of each person
// makes their hash one of ours.
func (s *Service) Import(ctx context.Context, in *realm.Realm, people []Imported) (existing []string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		existing = nil // a transaction may run again
		now := database.At(s.now()).Time()
		for _, n := range people {
			if n.user == nil || n.user.RealmID != in.ID {
				return fmt.Errorf("import user: %s was not checked", n.Email)
			}
			u := *n.user
			u.CreatedAt, u.UpdatedAt = now, now
			if u.HasPassword {
				u.PasswordChangedAt = now
			}
			inserted, err := s.insertNew(ctx, &u, n.key, n.Hash)
			if err != nil {
				return fmt.Errorf("import user: %w", err)
			}
			if !inserted {
				existing = append(existing, u.Email)
				continue
			}
			if err := s.events.Record(ctx, u.Ref(), Created{EmailVerified: u.EmailVerified, HasPassword: u.HasPassword}); err != nil {
				return err
			}
		}
		return nil
	})
	return existing, err
}
