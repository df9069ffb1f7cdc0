package invitation

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/tenant/realm"
)

// Check returns what the token of a link opens, and whose it is, or ErrDead. It changes
// nothing: scanners of mail follow every link.
func (s *Service) Check(ctx context.Context, in *realm.Realm, token string) (*challenge.Challenge, *user.User, error) {
	proof, err := s.Challenges.CheckToken(ctx, in.ID, challenge.Invite, token)
	if errors.Is(err, challenge.ErrDead) {
		return nil, nil, ErrDead
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := s.Users.Credential(ctx, in.ID, proof.Address)
	if errors.Is(err, user.ErrNotFound) {
		return nil, nil, ErrDead
	}
	if err != nil {
		return nil, nil, err
	}
	if c.ID != proof.UserID || !c.Active() || strconv.FormatInt(c.Serial, 10) != proof.Data[keySerial] {
		return nil, nil, ErrDead
	}
	return proof, c.User, nil
}

// Accept sets the first password for a link. It returns the faults of the password
// (user.Broken), secret.ErrBusy, or ErrDead when somebody was quicker or the invitation
// has been revoked. It begins no session.
func (s *Service) Accept(ctx context.Context, in *realm.Realm, token, password string) (*Invitation, error) {
	proof, u, err := s.Check(ctx, in, token)
	if err != nil {
		return nil, err
	}
	p, err := s.Users.NewPassword(ctx, in.ID, u.ID, password)
	if err != nil {
		return nil, err
	}
	var i *Invitation
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if i, err = s.find(ctx, in.ID, proof.Binding, true); err != nil {
			return err
		}
		if err := s.Challenges.Spend(ctx, proof); err != nil {
			return err
		}
		open, err := s.set(ctx, i, map[string]any{"accepted_at": database.At(s.Now())})
		if err != nil {
			return err
		}
		if !open {
			return ErrDead
		}
		ctx = event.Acting(ctx, event.User, u.ID, i.ApplicationID)
		if err := s.Users.ChangePassword(ctx, in.ID, u.ID, p, ""); err != nil {
			return err
		}
		// Also the check, under the row's lock, that the address is still theirs.
		if err := s.Users.VerifyEmail(ctx, in.ID, u.ID, proof.Address); err != nil {
			return err
		}
		if err := s.Challenges.Kill(ctx, in.ID, u.ID, challenge.Recover); err != nil {
			return err
		}
		return s.Events.Record(ctx, i.Ref(), AcceptedEvent{i.ID, i.ApplicationID})
	})
	for _, over := range []error{challenge.ErrDead, user.ErrChanged, user.ErrNotFound, ErrNotFound} {
		if errors.Is(err, over) {
			return nil, ErrDead
		}
	}
	if err != nil {
		return nil, fmt.Errorf("accept invitation of user %s: %w", u.ID, err)
	}
	return i, nil
}
