package security

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
)

// linkLifetime is how long a letter can be answered.
const linkLifetime = 7 * 24 * time.Hour

// alertPath is the page of the link, below the realm.
const alertPath = "/device/alert"

// What a link keeps.
const (
	keptDevice  = "device"
	keptAt      = "at"
	keptAgent   = "agent"
	keptNetwork = "network"
)

// reasonDenied is why sessions end and a password is revoked.
const reasonDenied = "sign_in_denied"

// ask writes to the person of a sign-in and asks whether it was they. It is asked however
// often: a warning must not be silenced by causing others first.
func (s *Service) ask(ctx context.Context, n *sighting, deviceID string, signals []Signal) error {
	_, key, err := user.Normalise(n.user.Email)
	if err != nil {
		return fmt.Errorf("ask user %s: %w", n.user.ID, err)
	}
	issued, err := s.challenges.Issue(ctx, challenge.Request{
		RealmID: n.realm.ID, Purpose: challenge.SignIn, UserID: n.user.ID, Address: key, Binding: deviceID, Lifetime: linkLifetime, Link: true, Always: true,
		Data: map[string]string{
			keptDevice: deviceID, keptAt: n.at.Format(time.RFC3339Nano), keptAgent: n.actor.UserAgent, keptNetwork: n.actor.IP,
		},
	})
	if err != nil {
		return err
	}
	kind := letter.UnusualSignIn
	if slices.Equal(signals, []Signal{NewDevice}) {
		kind = letter.NewDevice
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: n.realm.ID, UserID: n.user.ID, ApplicationID: n.flow.ApplicationID, Kind: kind, To: n.user.Email, Language: n.user.Locale,
		ExpiresAt: issued.ExpiresAt, Data: map[string]string{
			"link": s.issuer(n.realm.Slug) + alertPath + "?token=" + issued.Token, "days": strconv.Itoa(int(linkLifetime / (24 * time.Hour))),
		},
	})
}

// Question is a sign-in whose person is asked whether it was they.
type Question struct {
	challenge *challenge.Challenge
	DeviceID  string
	At        time.Time
	// UserAgent and IP are where it came from.
	UserAgent, IP string
}

// Question returns what the secret of a link asks, or challenge.ErrDead. It reads only.
func (s *Service) Question(ctx context.Context, realmID, token string) (*Question, error) {
	c, err := s.challenges.CheckToken(ctx, realmID, challenge.SignIn, token)
	if err != nil {
		return nil, err
	}
	at, err := time.Parse(time.RFC3339Nano, c.Data[keptAt])
	if err != nil {
		return nil, fmt.Errorf("read question %s: %w", c.ID, err)
	}
	return &Question{challenge: c, DeviceID: c.Data[keptDevice], At: at, UserAgent: c.Data[keptAgent], IP: c.Data[keptNetwork]}, nil
}

// Yes spends the link: the device is the person's. One that has been revoked meanwhile, or
// still waits for a second factor, stays as it is.
func (s *Service) Yes(ctx context.Context, q *Question) error {
	realmID, userID := q.challenge.RealmID, q.challenge.UserID
	ctx = event.Acting(ctx, event.User, userID, "")
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.challenges.Spend(ctx, q.challenge); err != nil {
			return err
		}
		err := s.Confirm(ctx, realmID, userID, q.DeviceID)
		if errors.Is(err, ErrDeviceNotFound) {
			return nil
		}
		return err
	})
}

// No spends the link: the sign-in was somebody else's.
func (s *Service) No(ctx context.Context, q *Question) error {
	realmID, userID := q.challenge.RealmID, q.challenge.UserID
	ctx = event.Acting(ctx, event.User, userID, "")
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.challenges.Spend(ctx, q.challenge); err != nil {
			return err
		}
		return s.deny(ctx, realmID, userID, q.DeviceID, q.At)
	})
}

// Report is No for a person who sees a device in their account that is not theirs. It
// returns ErrDeviceNotFound when there is none of that id.
func (s *Service) Report(ctx context.Context, realmID, userID, deviceID string) error {
	d, err := s.Device(ctx, realmID, userID, deviceID)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context) error { return s.deny(ctx, realmID, userID, deviceID, d.FirstSeen) })
}

// deny takes everything from whoever signed in: sessions and what was granted, the device,
// trust in browsers, the password they know, what they may have added since, and every
// secret that is on its way. All nodes see that at once: sessions are read from the table,
// grants end as they always do.
func (s *Service) deny(ctx context.Context, realmID, userID, deviceID string, since time.Time) error {
	if err := s.estrange(ctx, realmID, userID, deviceID); err != nil && !errors.Is(err, ErrDeviceNotFound) {
		return err
	}
	if err := s.users.RevokePassword(ctx, realmID, userID, reasonDenied); err != nil {
		return err
	}
	if err := s.factors.Distrust(ctx, realmID, userID, ""); err != nil {
		return err
	}
	if err := s.challenges.Kill(ctx, realmID, userID); err != nil {
		return err
	}
	for _, remove := range s.newer {
		if err := remove(ctx, realmID, userID, since); err != nil {
			return err
		}
	}
	if err := s.events.Record(ctx, ref(realmID, userID), SignInDenied{deviceID}); err != nil {
		return err
	}
	u, err := s.users.ByID(ctx, realmID, userID)
	if err != nil {
		return err
	}
	in, err := s.realms.ByID(ctx, realmID)
	if err != nil {
		return err
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: realmID, UserID: userID, Kind: letter.SignInDenied, To: u.Email, Language: u.Locale,
		Data: map[string]string{"link": s.issuer(in.Slug) + "/recover"},
	})
}
