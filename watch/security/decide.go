package security

import (
	"context"
	"fmt"

	"authserver/identity/session"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
)

// devicesMost bounds what is listed: nobody has so many browsers.
const devicesMost = 200

// Devices lists what the user has signed in with, the last seen first, without what was
// revoked.
func (s *Service) Devices(ctx context.Context, realmID, userID string) ([]*Device, error) {
	return s.list(ctx, realmID, userID, StatusNew, StatusConfirmed, StatusHeld, StatusSuspicious)
}

// list lists the user's devices in one of the states.
func (s *Service) list(ctx context.Context, realmID, userID string, states ...Status) ([]*Device, error) {
	all, err := s.devices(ctx, realmID, userID, s.now(), devicesMost, states...)
	if err != nil {
		return nil, fmt.Errorf("list devices of user %s: %w", userID, err)
	}
	return all, nil
}

// Device returns one device of the user, also a revoked one, or ErrDeviceNotFound.
func (s *Service) Device(ctx context.Context, realmID, userID, deviceID string) (*Device, error) {
	if !id.Valid(deviceID) {
		return nil, ErrDeviceNotFound
	}
	r, err := s.one(ctx, "realm_id = ? AND user_id = ? AND id = ? AND expires_at > ?", realmID, userID, deviceID, database.At(s.now()))
	if err != nil {
		return nil, fmt.Errorf("read device %s: %w", deviceID, err)
	}
	if r == nil {
		return nil, ErrDeviceNotFound
	}
	return r.device(), nil
}

// Confirm is the word of its person that a device is theirs. It returns ErrDeviceNotFound
// for one that they do not have, or that waits for a second factor.
func (s *Service) Confirm(ctx context.Context, realmID, userID, deviceID string) error {
	columns := map[string]any{"status": string(StatusConfirmed), "decided_at": database.At(s.now())}
	return s.decide(ctx, realmID, userID, deviceID, columns, DeviceConfirmed{deviceID}, StatusNew, StatusConfirmed, StatusSuspicious)
}

// Rename gives a device its person's name for it; an empty one takes that away.
func (s *Service) Rename(ctx context.Context, realmID, userID, deviceID, name string) error {
	name, err := plainName(name)
	if err != nil {
		return err
	}
	return s.decide(ctx, realmID, userID, deviceID, map[string]any{"name": name}, DeviceRenamed{deviceID}, StatusNew, StatusConfirmed, StatusHeld, StatusSuspicious)
}

// Suspect marks a device as suspicious: it is not recognised until its person confirms it.
func (s *Service) Suspect(ctx context.Context, realmID, userID, deviceID string) error {
	columns := map[string]any{"status": string(StatusSuspicious), "decided_at": database.At(s.now())}
	return s.decide(ctx, realmID, userID, deviceID, columns, DeviceSuspected{deviceID}, StatusNew, StatusConfirmed, StatusHeld, StatusSuspicious)
}

// Revoke makes a stranger of a device: the sessions in it end with all that was granted in
// them, and a sign-in with it is news again. Which of the browsers that are spared the
// second factor it is, nobody can tell, so none is spared any more.
func (s *Service) Revoke(ctx context.Context, realmID, userID, deviceID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.estrange(ctx, realmID, userID, deviceID); err != nil {
			return err
		}
		if err := s.sessions.EndDevice(ctx, realmID, userID, deviceID, session.EndedDevice); err != nil {
			return err
		}
		return s.factors.Distrust(ctx, realmID, userID, "")
	})
}

// estrange makes a device one that no browser is recognised as.
func (s *Service) estrange(ctx context.Context, realmID, userID, deviceID string) error {
	columns := map[string]any{
		"status": string(StatusRevoked), "decided_at": database.At(s.now()), "browser": []byte(deviceID), "signals": []byte(deviceID),
	}
	return s.decide(ctx, realmID, userID, deviceID, columns, DeviceRevoked{deviceID}, StatusNew, StatusConfirmed, StatusHeld, StatusSuspicious)
}

func (s *Service) decide(ctx context.Context, realmID, userID, deviceID string, columns map[string]any, what event.Payload, states ...Status) error {
	if !id.Valid(deviceID) {
		return ErrDeviceNotFound
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		changed, err := s.change(ctx, realmID, userID, deviceID, columns, states...)
		if err != nil {
			return fmt.Errorf("change device %s: %w", deviceID, err)
		}
		if !changed {
			return ErrDeviceNotFound
		}
		return s.events.Record(ctx, ref(realmID, userID), what)
	})
}
