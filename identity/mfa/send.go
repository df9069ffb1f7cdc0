package mfa

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/phone"
	"authserver/tenant/realm"
)

// purpose is that of a kind's codes, false for a kind that sends none.
func purpose(kind string) (challenge.Purpose, bool) {
	switch kind {
	case SMS:
		return challenge.SecondFactorSMS, true
	case Email:
		return challenge.SecondFactorEmail, true
	}
	return "", false
}

// Send sends a code of the kind to the address that the account has, for this flow. It
// returns ErrNoFactor when the person has no such factor and challenge.ErrTooSoon when
// they have to wait.
func (s *Service) Send(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, kind string) error {
	kinds, _, err := s.askable(ctx, in, c)
	if err != nil {
		return fmt.Errorf("second factor of user %s: %w", c.UserID, err)
	}
	if !slices.Contains(kinds, kind) {
		return ErrNoFactor
	}
	u, err := s.users.ByID(ctx, in.ID, c.UserID)
	if err != nil {
		return err
	}
	return s.send(ctx, in, f, u, kind)
}

// send sends a code to the proven address of the account, whatever was asked for.
func (s *Service) send(ctx context.Context, in *realm.Realm, f *flow.Flow, u *user.User, kind string) error {
	p, ok := purpose(kind)
	if !ok {
		return ErrNoFactor
	}
	if !proven(u, kind) {
		return ErrUnproven
	}
	letterKind, to := letter.SecondFactorSMS, u.Phone
	if kind == Email {
		letterKind, to = letter.SecondFactorEmail, u.Email
	} else if err := phone.Check(u.Phone, in.Policy.PhonePrefixes); err != nil {
		return err
	}
	ctx = event.Acting(ctx, event.User, u.ID, f.ApplicationID)
	return s.db.InTx(ctx, func(ctx context.Context) error {
		code, err := s.challenges.Issue(ctx, challenge.Request{
			RealmID: in.ID, Purpose: p, UserID: u.ID, Address: addressOf(kind, u), Binding: f.ID, Lifetime: challenge.CodeLifetime, Code: true,
		})
		if err != nil {
			return err
		}
		if err := s.letters.Send(ctx, s.codeLetter(letterKind, in, f, u, to, code)); err != nil {
			return err
		}
		return s.events.Record(ctx, ref(in.ID, u.ID), Challenged{Method: kind, ApplicationID: f.ApplicationID})
	})
}

func (s *Service) codeLetter(kind letter.Kind, in *realm.Realm, f *flow.Flow, u *user.User, to string, code *challenge.Issued) letter.Letter {
	minutes := fmt.Sprint(int(challenge.CodeLifetime / time.Minute))
	return letter.Letter{
		RealmID: in.ID, UserID: u.ID, ApplicationID: f.ApplicationID, Kind: kind, To: to, Language: u.Locale,
		Data: map[string]string{"code": code.Code, "minutes": minutes}, ExpiresAt: code.ExpiresAt,
	}
}

// addressOf is the address under which codes of the kind are counted.
func addressOf(kind string, u *user.User) string {
	if kind == SMS {
		return u.Phone
	}
	_, key, err := user.Normalise(u.Email)
	if err != nil {
		return u.Email
	}
	return key
}

// liveNumber is the number that a first factor's code was sent to in the flow, or "".
func (s *Service) liveNumber(ctx context.Context, realmID, flowID, userID string) (string, error) {
	sent, err := s.challenges.Live(ctx, realmID, challenge.EnrolPhone, userID, flowID)
	if errors.Is(err, challenge.ErrDead) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return sent.Address, nil
}
