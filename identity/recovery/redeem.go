package recovery

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// What a secret keeps with it.
const (
	keySerial      = "serial" // of the password that it was issued under
	keyFlow        = "flow"
	keyApplication = "application"
)

// CheckCode returns the secret whose code was sent to the address, or ErrCode. The
// guess is counted before it is compared, and costs the same whether there is an
// account or not.
func (s *Service) CheckCode(ctx context.Context, in *realm.Realm, address, code string) (*challenge.Challenge, error) {
	attempt, open, err := s.logins.AdmitRecovery(ctx, in, address)
	if err != nil {
		return nil, err
	}
	userID := ""
	c, err := s.users.Credential(ctx, in.ID, address)
	switch {
	case err == nil && c.Active():
		userID = c.ID
	case err != nil && !errors.Is(err, user.ErrNotFound):
		return nil, err
	}
	proof, err := s.challenges.CheckCode(ctx, in.ID, challenge.Recover, userID, s.identifier(in.ID, address), code)
	if errors.Is(err, challenge.ErrWrongCode) || errors.Is(err, challenge.ErrDead) {
		return nil, ErrCode
	}
	if err != nil {
		return nil, err
	}
	// During a lock the right code is not right (security rule THR-06).
	if !open || proof.UserID == "" {
		return nil, ErrCode
	}
	return proof, s.logins.ForgiveRecovery(ctx, in.ID, address, attempt)
}

// Owner returns the person whose password the secret may set, or ErrDead: it holds as
// long as they may sign in and have the address and the password that it was issued
// for (security rules MAIL-04 and MAIL-05).
func (s *Service) Owner(ctx context.Context, in *realm.Realm, proof *challenge.Challenge) (*user.User, error) {
	c, err := s.users.Credential(ctx, in.ID, proof.Address)
	if errors.Is(err, user.ErrNotFound) {
		return nil, ErrDead
	}
	if err != nil {
		return nil, err
	}
	if proof.UserID == "" || c.ID != proof.UserID || !c.Active() || strconv.FormatInt(c.Serial, 10) != proof.Data[keySerial] {
		return nil, ErrDead
	}
	return c.User, nil
}

// Redeem sets a new password for a secret that was checked. It returns the faults of
// the password (user.Broken), secret.ErrBusy, or ErrDead when the secret opens nothing
// any more. It begins no session.
func (s *Service) Redeem(ctx context.Context, in *realm.Realm, proof *challenge.Challenge, method, password string) error {
	u, err := s.Owner(ctx, in, proof)
	if err != nil {
		return err
	}
	app, err := s.app(ctx, in.ID, proof.Data[keyApplication])
	if err != nil {
		return err
	}
	p, err := s.users.NewPassword(ctx, in.ID, u.ID, password, app.Name)
	if err != nil {
		return err
	}
	ctx = event.Acting(ctx, event.User, u.ID, proof.Data[keyApplication])
	err = s.db.InTx(ctx, func(ctx context.Context) error { return s.complete(ctx, in, u, proof, p, method) })
	if errors.Is(err, challenge.ErrDead) || errors.Is(err, user.ErrChanged) || errors.Is(err, user.ErrNotFound) {
		return ErrDead // somebody was quicker, or the account is another one by now
	}
	if err != nil {
		return fmt.Errorf("recover user %s: %w", u.ID, err)
	}
	return nil
}

// complete is the one transaction of a recovery.
func (s *Service) complete(ctx context.Context, in *realm.Realm, u *user.User, proof *challenge.Challenge, p user.Password, method string) error {
	if err := s.challenges.Spend(ctx, proof); err != nil {
		return err
	}
	if err := s.users.ChangePassword(ctx, in.ID, u.ID, p, ""); err != nil {
		return err
	}
	if err := failpoint.Hit(ctx, "recovery/changed"); err != nil {
		return err
	}
	if err := s.evict(ctx, in, u.ID); err != nil {
		return err
	}
	// Writes the row also where nothing changes: it is the check, under the row's lock,
	// that the person is active and the address theirs.
	if err := s.users.VerifyEmail(ctx, in.ID, u.ID, proof.Address); err != nil {
		return err
	}
	// Who was in before may have asked for another address.
	if err := s.challenges.Kill(ctx, in.ID, u.ID, challenge.Recover, challenge.ChangeEmail); err != nil {
		return err
	}
	if err := s.logins.Unlock(ctx, u); err != nil {
		return err
	}
	err := s.letters.Send(ctx, letter.Letter{
		RealmID: in.ID, UserID: u.ID, ApplicationID: proof.Data[keyApplication], Kind: letter.PasswordChanged,
		To: u.Email, Language: u.Locale, Data: map[string]string{"link": s.issuer(in.Slug) + recoverPath},
	})
	if err != nil {
		return err
	}
	return s.events.Record(ctx, u.Ref(), Completed{Method: method})
}

// evict takes the sign-ins of other providers away from an account whose address nobody
// has proven until now: whoever made it with somebody else's address would otherwise go
// on to share it with the owner (security rule FED-09). Second factors stay, or a
// recovery would drop them (MFA-09).
func (s *Service) evict(ctx context.Context, in *realm.Realm, userID string) error {
	if s.providers == nil {
		return nil
	}
	u, err := s.users.ByID(ctx, in.ID, userID)
	if err != nil || u.EmailVerified {
		return err
	}
	return s.providers.Forget(ctx, in.ID, userID)
}
