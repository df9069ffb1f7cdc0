package mfa

import (
	"context"
	"fmt"
	"strings"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

const (
	// trustPrefix marks the token of a trusted device, so that scanners of leaks know it.
	trustPrefix = "td_"
	trustSize   = len(trustPrefix) + 43
	// cookieMost bounds the cookie of a browser that several people use.
	cookieMost = 4
	// trustsMost bounds what is read: nobody has so many browsers.
	trustsMost = 100
)

// Device is a browser in which a person is not asked for a second factor.
type Device struct {
	ID, IP, UserAgent    string
	CreatedAt, ExpiresAt time.Time
}

// Trusts reports whether the user trusts the browser with that cookie, as far as the
// realm's policy goes.
func (s *Service) Trusts(ctx context.Context, realmID, userID, cookie string) (bool, error) {
	digests := trustDigests(cookie)
	if len(digests) == 0 {
		return false, nil
	}
	in, err := s.realms.ByID(ctx, realmID)
	if err != nil || in.Policy.TrustDevice <= 0 {
		return false, err
	}
	u, err := s.users.ByID(ctx, realmID, userID)
	if err != nil {
		return false, fmt.Errorf("trusted devices of user %s: %w", userID, err)
	}
	rows, err := s.living(ctx, in, u, digests...)
	return len(rows) > 0, err
}

// living are the devices whose trust has neither expired nor ended with a password.
func (s *Service) living(ctx context.Context, in *realm.Realm, u *user.User, digests ...[]byte) ([]trustRow, error) {
	rows, err := s.trusts(ctx, in.ID, u.ID, s.now().Add(-in.Policy.TrustDevice), digests...)
	if err != nil {
		return nil, fmt.Errorf("trusted devices of user %s: %w", u.ID, err)
	}
	live := rows[:0]
	for _, r := range rows {
		if !u.PasswordChangedAt.After(r.CreatedAt.Time()) {
			live = append(live, r)
		}
	}
	return live, nil
}

// Devices lists the browsers that the user trusts, the newest first.
func (s *Service) Devices(ctx context.Context, in *realm.Realm, u *user.User) ([]Device, error) {
	if in.Policy.TrustDevice <= 0 {
		return nil, nil
	}
	rows, err := s.living(ctx, in, u)
	if err != nil {
		return nil, err
	}
	devices := make([]Device, len(rows))
	for i, r := range rows {
		at := r.CreatedAt.Time()
		devices[i] = Device{ID: r.ID, IP: r.IP, UserAgent: r.UserAgent, CreatedAt: at, ExpiresAt: at.Add(in.Policy.TrustDevice)}
	}
	return devices, nil
}

// trust makes the browser one that the user trusts, in the transaction in which they
// passed, and returns its cookie: the new token before those of other people.
func (s *Service) trust(ctx context.Context, in *realm.Realm, userID, cookie string) (string, error) {
	actor, _ := event.ActorFrom(ctx)
	token := secret.Token(trustPrefix)
	n := trustRow{
		ID: id.New(), RealmID: in.ID, UserID: userID, Digest: secret.Digest(token), IP: actor.IP, UserAgent: actor.UserAgent,
		CreatedAt: database.At(s.now()),
	}
	if err := s.insertTrust(ctx, n); err != nil {
		return "", fmt.Errorf("trust device of user %s: %w", userID, err)
	}
	if err := s.events.Record(ctx, ref(in.ID, userID), DeviceTrusted{DeviceID: n.ID}); err != nil {
		return "", err
	}
	all := []string{token}
	for _, other := range trustTokens(cookie) {
		if len(all) < cookieMost {
			all = append(all, other)
		}
	}
	return strings.Join(all, "~"), nil
}

// Distrust ends trust in one of the user's devices, or in all of them for an empty id.
// It returns ErrDeviceNotFound when there is none of that id.
func (s *Service) Distrust(ctx context.Context, realmID, userID, deviceID string) error {
	if deviceID != "" && !id.Valid(deviceID) {
		return ErrDeviceNotFound
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		n, err := s.dropTrusts(ctx, realmID, userID, deviceID)
		if err != nil {
			return fmt.Errorf("forget devices of user %s: %w", userID, err)
		}
		switch {
		case n == 0 && deviceID != "":
			return ErrDeviceNotFound
		case n == 0:
			return nil
		}
		return s.events.Record(ctx, ref(realmID, userID), DeviceForgotten{DeviceID: deviceID})
	})
}

// trustTokens splits what the browser sent, which may be anything.
func trustTokens(cookie string) []string {
	if len(cookie) > cookieMost*(trustSize+1) {
		return nil
	}
	var some []string
	for _, token := range strings.SplitN(cookie, "~", cookieMost+1) {
		if len(token) == trustSize && strings.HasPrefix(token, trustPrefix) {
			some = append(some, token)
		}
	}
	return some
}

func trustDigests(cookie string) [][]byte {
	var digests [][]byte
	for _, token := range trustTokens(cookie) {
		digests = append(digests, secret.Digest(token))
	}
	return digests
}
