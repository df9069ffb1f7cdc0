package mfa

import (
	"context"
	"fmt"
	"maps"

	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// securityPath is where a person looks after their factors, below the realm.
const securityPath = "/account/security"

// tell writes to the person about a change, to the address that was proven to be theirs,
// in the transaction of the change.
func (s *Service) tell(ctx context.Context, in *realm.Realm, userID string, kind letter.Kind, data map[string]string) error {
	u, err := s.users.ByID(ctx, in.ID, userID)
	if err != nil {
		return fmt.Errorf("write to user %s: %w", userID, err)
	}
	if !u.EmailVerified {
		return nil
	}
	values := map[string]string{"link": s.issuer(in.Slug) + securityPath}
	maps.Copy(values, data)
	return s.letters.Send(ctx, letter.Letter{
		RealmID: in.ID, UserID: u.ID, Kind: kind, To: u.Email, Language: u.Locale, Data: values,
	})
}

func about(kind string) map[string]string { return map[string]string{"factor": kind} }
