package mfa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authserver/identity/user"
	"authserver/tenant/realm"
)

// Enrolled names the kinds of factors that the user can be asked for, the one that they
// used last before the others. Recovery codes are none.
func (s *Service) Enrolled(ctx context.Context, realmID, userID string) ([]string, error) {
	in, err := s.realms.ByID(ctx, realmID)
	if err != nil {
		return nil, fmt.Errorf("factors of user %s: %w", userID, err)
	}
	kinds, err := s.enrolled(ctx, in, userID)
	if err != nil {
		return nil, fmt.Errorf("factors of user %s: %w", userID, err)
	}
	return kinds, nil
}

func (s *Service) enrolled(ctx context.Context, in *realm.Realm, userID string) ([]string, error) {
	kinds := []string{}
	for kind, room := range map[string]Factor{Passkey: s.passkeys, TOTP: s.totp} {
		has, err := room.Enrolled(ctx, in.ID, userID)
		if err != nil {
			return nil, err
		}
		if has {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds) // passkey, totp
	p, err := s.chosen(ctx, in.ID, userID)
	if err != nil {
		return nil, err
	}
	if !p.SMS && !p.Email {
		return ordered(kinds, p.LastKind), nil
	}
	u, err := s.users.ByID(ctx, in.ID, userID)
	if errors.Is(err, user.ErrNotFound) {
		return []string{}, nil
	}
	if err != nil {
		return nil, err
	}
	for _, kind := range []string{SMS, Email} {
		if p.wants(kind) && allows(in.Policy, kind) && proven(u, kind) {
			kinds = append(kinds, kind)
		}
	}
	return ordered(kinds, p.LastKind), nil
}

// demanded reports whether policy wants a second factor of the user everywhere; a single
// application may want one on top.
func demanded(in *realm.Realm, u *user.User) bool {
	return in.Policy.SecondFactor == realm.Required || u.RequireSecondFactor
}

// Overview is what a person has.
type Overview struct {
	// Kinds are the factors that they are asked for, the first one first.
	Kinds []string
	// Offered are the kinds that they could have.
	Offered []string
	// Required says that policy wants one of them.
	Required bool
	// CodesLeft counts recovery codes.
	CodesLeft int
	Devices   []Device
}

// Has reports whether the person has a factor of the kind.
func (o *Overview) Has(kind string) bool { return slices.Contains(o.Kinds, kind) }

// Of returns what the user has.
func (s *Service) Of(ctx context.Context, in *realm.Realm, u *user.User) (*Overview, error) {
	o := &Overview{Required: demanded(in, u)}
	var err error
	if o.Kinds, err = s.enrolled(ctx, in, u.ID); err != nil {
		return nil, fmt.Errorf("factors of user %s: %w", u.ID, err)
	}
	for _, kind := range Kinds() {
		if allows(in.Policy, kind) {
			o.Offered = append(o.Offered, kind)
		}
	}
	if o.CodesLeft, err = s.codesLeft(ctx, in.ID, u.ID); err != nil {
		return nil, fmt.Errorf("recovery codes of user %s: %w", u.ID, err)
	}
	o.Devices, err = s.Devices(ctx, in, u)
	return o, err
}

const sweepBatch = 500

// Sweep removes what has expired, in small batches, and returns how many rows.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for _, sweep := range []func(context.Context) (int, error){
		func(ctx context.Context) (int, error) { return s.sweepSheets(ctx, s.now(), sweepBatch) },
		func(ctx context.Context) (int, error) {
			return s.sweepTrusts(ctx, s.now().Add(-trustLongest), sweepBatch)
		},
	} {
		for n := sweepBatch; n == sweepBatch; {
			err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
				n, err = sweep(ctx)
				return err
			})
			if err != nil {
				return total, fmt.Errorf("sweep second factors: %w", err)
			}
			total += n
		}
	}
	return total, nil
}

// Erase removes everything that the room knows of a person, in the transaction of the
// context.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.dropCodes(ctx, realmID, userID); err != nil {
			return fmt.Errorf("erase second factors of user %s: %w", userID, err)
		}
		if _, err := s.dropTrusts(ctx, realmID, userID, ""); err != nil {
			return fmt.Errorf("erase second factors of user %s: %w", userID, err)
		}
		if err := s.forget(ctx, realmID, userID); err != nil {
			return fmt.Errorf("erase second factors of user %s: %w", userID, err)
		}
		for _, kind := range []string{SMS, Email} {
			if err := s.users.MarkFactor(ctx, realmID, userID, kind, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// trustLongest is longer than any policy allows.
const trustLongest = 400 * 24 * time.Hour
