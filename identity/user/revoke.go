package user

import (
	"context"
	"errors"
	"fmt"
)

// RevokePassword takes away a password that somebody else knows: it opens nothing any
// more, another one is chosen by a recovery, and every session ends. Leaving it in force
// until the next sign-in would let whoever comes first choose the new one. A user without
// a password stays as they are, but for the sessions.
func (s *Service) RevokePassword(ctx context.Context, realmID, userID, reason string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		r, err := s.byID(ctx, realmID, userID)
		if err != nil {
			return err
		}
		if r.PasswordHash != "" {
			if err := s.strike(ctx, r); err != nil {
				return fmt.Errorf("revoke password of user %s: %w", userID, err)
			}
			if err := s.events.Record(ctx, ref(realmID, userID), PasswordRevoked{Reason: reason}); err != nil {
				return err
			}
		}
		if err := s.sessions.EndAll(ctx, realmID, userID, reason); err != nil {
			return fmt.Errorf("revoke password of user %s: end sessions: %w", userID, err)
		}
		return nil
	})
}

// strike keeps the hash as a former one, so that the same password is not chosen again.
func (s *Service) strike(ctx context.Context, r *row) error {
	struck, err := s.set(ctx, r.RealmID, r.ID, stamped(s.now(), map[string]any{
		"password_hash": "", "password_serial": plusOne("password_serial"), "must_change_password": true,
	}), "status <> ? AND password_serial = ?", string(StatusErased), r.PasswordSerial)
	if err != nil {
		return err
	}
	if !struck {
		return ErrChanged
	}
	return s.keepPassword(ctx, r.RealmID, r.ID, r.PasswordHash, s.now())
}

// unlikeRevoked refuses the password that was taken away. It returns ErrPasswordSame or
// secret.ErrBusy.
func (s *Service) unlikeRevoked(ctx context.Context, r *row, password string) error {
	if r.PasswordHash != "" || !r.MustChangePassword {
		return nil
	}
	revoked, err := s.formerPasswords(ctx, r.RealmID, r.ID, 1)
	if err != nil || len(revoked) == 0 {
		return err
	}
	same, _, err := s.passwords.Verify(ctx, revoked[0], password)
	if err == nil && same {
		return ErrPasswordSame
	}
	if err != nil {
		return errors.Join(fmt.Errorf("compare with the revoked password of user %s", r.ID), err)
	}
	return nil
}
