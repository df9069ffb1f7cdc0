package login

import (
	"context"
	"errors"

	"authserver/identity/flow"
	"authserver/identity/user"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// Confirm checks the password of a person who is signed in already, before something
// that needs it. A wrong one counts like a wrong one at the sign-in, and during a lock
// no password is right. Device is the cookie of the browser. It returns ErrWrong,
// secret.ErrBusy, or user.ErrNotEligible when the account has changed meanwhile.
func (s *Service) Confirm(ctx context.Context, in *realm.Realm, u *user.User, password, device string) error {
	c, err := s.identify(ctx, in, &flow.Flow{RealmID: in.ID}, Input{Email: u.Email, Device: device})
	if err != nil {
		return err
	}
	if c.credential == nil || c.credential.ID != u.ID {
		return user.ErrNotEligible // the address is another person's by now
	}
	if err := s.admit(ctx, c); err != nil {
		return err
	}
	reason, _, err := s.verify(ctx, c, password)
	if errors.Is(err, secret.ErrBusy) {
		return errors.Join(err, s.forgive(ctx, c))
	}
	if err != nil {
		return err
	}
	if reason != "" {
		return s.fail(ctx, c, reason)
	}
	return s.db.InTx(ctx, func(ctx context.Context) error { return s.open(ctx, c) })
}
