package user

import (
	"context"
	"fmt"
	"slices"

	"authserver/tenant/realm"
)

// Kinds of second factors.
const (
	FactorPasskey = "passkey"
	FactorTOTP    = "totp"
	FactorSMS     = "sms"
	FactorEmail   = "email"
)

// HasFactor reports whether the user can be asked for a second factor in the realm: a
// code needs an address that is proven, and a policy that counts it.
func (u *User) HasFactor(p realm.Policy) bool {
	return slices.ContainsFunc(u.Factors, func(kind string) bool {
		switch kind {
		case FactorSMS:
			return p.SMSFactor && u.PhoneVerified
		case FactorEmail:
			return p.EmailFactor && u.EmailVerified
		}
		return true
	})
}

// MarkFactor notes that the user has, or no longer has, a second factor of the kind, in
// the transaction in which the room that keeps it adds or removes it. The note spares
// every sign-in the question to each of those rooms.
func (s *Service) MarkFactor(ctx context.Context, realmID, userID, kind string, has bool) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		kinds, err := s.lockFactors(ctx, realmID, userID)
		if err != nil {
			return fmt.Errorf("read factors of user %s: %w", userID, err)
		}
		if slices.Contains(kinds, kind) == has {
			return nil
		}
		if has {
			kinds = append(kinds, kind)
			slices.Sort(kinds)
		} else {
			kinds = slices.DeleteFunc(kinds, func(k string) bool { return k == kind })
		}
		if err := s.storeFactors(ctx, realmID, userID, kinds); err != nil {
			return fmt.Errorf("note factors of user %s: %w", userID, err)
		}
		return nil
	})
}
