package session

import (
	"context"
	"fmt"

	"authserver/internal/secret"
)

// EndedDevice is why sessions end in a device that is no longer its person's.
const EndedDevice = "device_revoked"

// Place says in which known device the session is, and whether it is held, in the
// transaction that began it. It returns ErrEnded when the session is over.
func (s *Service) Place(ctx context.Context, c *Session, deviceID string, held bool) error {
	return s.change(ctx, c, func(c *Session) { c.DeviceID, c.Held = deviceID, held },
		map[string]any{"device_id": deviceID, "held": held})
}

// Release lets a session go on that was held, under a new cookie value, which it returns:
// its person has shown what was asked for, and it was no second factor. It belongs into
// the transaction that verified that, and returns ErrEnded when the session is over.
func (s *Service) Release(ctx context.Context, c *Session) (string, error) {
	value := secret.Token(valuePrefix)
	err := s.change(ctx, c, func(c *Session) { c.Held = false }, map[string]any{"digest": secret.Digest(value), "held": false})
	return value, err
}

func (s *Service) change(ctx context.Context, c *Session, after func(*Session), columns map[string]any) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		live, err := s.write(ctx, c.RealmID, c.ID, columns, s.now())
		if err != nil {
			return fmt.Errorf("change session %s: %w", c.ID, err)
		}
		if !live {
			return ErrEnded
		}
		s.db.AfterCommit(ctx, func() { after(c) })
		return nil
	})
}

// EndDevice ends the sessions of a user in one device and what was granted in them, in
// one transaction.
func (s *Service) EndDevice(ctx context.Context, realmID, userID, deviceID, reason string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		ended, err := s.end(ctx, realmID, reason, s.now(), "user_id = ? AND device_id = ? AND device_id <> ''", userID, deviceID)
		if err != nil {
			return fmt.Errorf("end sessions in device %s: %w", deviceID, err)
		}
		for _, r := range ended {
			if err := s.grants.RevokeSession(ctx, realmID, r.ID, reason); err != nil {
				return fmt.Errorf("end session %s: revoke grants: %w", r.ID, err)
			}
		}
		return s.record(ctx, realmID, reason, ended)
	})
}
