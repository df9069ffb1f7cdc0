package login

import (
	"context"
	"errors"

	"authserver/identity/flow"
	"authserver/identity/user"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// Confirm reports whether the password is that of a person who is signed in already,
// before something that needs it. A wrong one counts like a wrong one at the sign-in,
// and during a lock no password is right. The session counts as a device of the
// person's: strangers who have closed the account do not keep them from it, and it has
// the same allowance. The errors are secret.ErrBusy, and user.ErrNotEligible when the
// account has changed meanwhile.
func (s *Service) Confirm(ctx context.Context, in *realm.Realm, u *user.User, password, sessionID string) (bool, error) {
	c, err := s.identify(ctx, in, &flow.Flow{RealmID: in.ID}, Input{Email: u.Email})
	if err != nil {
		return false, err
	}
	if c.credential == nil || c.credential.ID != u.ID {
		return false, user.ErrNotEligible // the address is another person's by now
	}
	c.device = &device{id: "session\x00" + sessionID}
	if err := s.admit(ctx, c); err != nil {
		return false, err
	}
	reason, _, err := s.verify(ctx, c, password)
	if errors.Is(err, secret.ErrBusy) {
		return false, errors.Join(err, s.forgive(ctx, c))
	}
	if err != nil {
		return false, err
	}
	if reason != "" {
		if err := s.fail(ctx, c, reason); !errors.Is(err, ErrWrong) {
			return false, err
		}
		return false, nil
	}
	return true, s.db.InTx(ctx, func(ctx context.Context) error { return s.open(ctx, c) })
}
