package user

import (
	"context"
	"fmt"
	"time"

	"authserver/tenant/realm"
)

// historyBudget is how long a password is compared with former ones. Each comparison
// costs a hash; what does not fit is let go, the oldest first, rather than let the
// person wait for it (security rule PWD-12).
const historyBudget = 2 * time.Second

// unlikeFormer refuses a password that the user had before, as far back as the realm
// looks. It returns ErrPasswordHistory or secret.ErrBusy.
func (s *Service) unlikeFormer(ctx context.Context, in *realm.Realm, u *User, password string) error {
	if in.Policy.Password.History == 0 {
		return nil
	}
	former, err := s.formerPasswords(ctx, u.RealmID, u.ID, in.Policy.Password.History)
	if err != nil {
		return fmt.Errorf("read former passwords of user %s: %w", u.ID, err)
	}
	began := s.now()
	for _, encoded := range former {
		if s.now().Sub(began) > historyBudget {
			return nil
		}
		same, _, err := s.passwords.Verify(ctx, encoded, password)
		if err != nil {
			return fmt.Errorf("compare with a former password of user %s: %w", u.ID, err)
		}
		if same {
			return ErrPasswordHistory
		}
	}
	return nil
}

// remember keeps the hash that p replaces, as far as the realm wants a history, in
// the transaction that stores p. One that wants none keeps none.
func (s *Service) remember(ctx context.Context, realmID, userID string, p Password) error {
	if p.replaced != "" && p.history > 0 {
		if err := s.keepPassword(ctx, realmID, userID, p.replaced, s.now()); err != nil {
			return err
		}
	}
	return s.forgetPasswords(ctx, realmID, userID, p.history)
}
