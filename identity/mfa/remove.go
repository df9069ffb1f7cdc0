package mfa

import (
	"context"
	"fmt"
	"slices"

	"authserver/identity/challenge"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

// Remove takes a factor of the person in the session away, ends every other session and
// all trust in devices, and tells them. It returns ErrNoFactor, or ErrLastFactor when
// policy demands one and this is the only one. Passkeys are removed one by one, by
// identity/passkey.
func (s *Service) Remove(ctx context.Context, in *realm.Realm, c *session.Session, kind string) error {
	if kind == Passkey {
		return ErrNoFactor
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, in.ID, c.UserID, s.now()); err != nil {
			return fmt.Errorf("remove %s of user %s: %w", kind, c.UserID, err)
		}
		u, err := s.users.ByID(ctx, in.ID, c.UserID)
		if err != nil {
			return err
		}
		kinds, err := s.enrolled(ctx, in, u.ID)
		if err != nil {
			return err
		}
		if !slices.Contains(kinds, kind) {
			return ErrNoFactor
		}
		if len(kinds) == 1 && demanded(in, u) {
			return ErrLastFactor
		}
		if err := s.take(ctx, in, u.ID, kind); err != nil {
			return err
		}
		if len(kinds) == 1 {
			if err := s.dropCodes(ctx, in.ID, u.ID); err != nil {
				return fmt.Errorf("remove recovery codes of user %s: %w", u.ID, err)
			}
		}
		return s.sessions.EndOthers(ctx, in.ID, u.ID, c.ID, "factor_removed")
	})
}

// take takes one kind away, with all that rests on it.
func (s *Service) take(ctx context.Context, in *realm.Realm, userID, kind string) error {
	var err error
	switch kind {
	case TOTP:
		_, err = s.totp.RemoveAll(ctx, in.ID, userID)
	case Passkey:
		_, err = s.passkeys.RemoveAll(ctx, in.ID, userID)
	default:
		err = s.choose(ctx, in, userID, kind, false)
	}
	if err != nil {
		return err
	}
	if p, sends := purpose(kind); sends {
		if err := s.challenges.Kill(ctx, in.ID, userID, p); err != nil {
			return err
		}
	}
	if _, err := s.dropTrusts(ctx, in.ID, userID, ""); err != nil {
		return fmt.Errorf("forget devices of user %s: %w", userID, err)
	}
	return s.tell(ctx, in, userID, letter.FactorRemoved, about(kind))
}

// Reset takes every factor of a user away, with recovery codes, trusted devices and the
// count of wrong guesses, for an operator to whom the person has shown who they are. All
// their sessions end. It returns the kinds that they had.
func (s *Service) Reset(ctx context.Context, in *realm.Realm, userID string) ([]string, error) {
	var kinds []string
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.users.ByID(ctx, in.ID, userID); err != nil {
			return err
		}
		if err := s.lock(ctx, in.ID, userID, s.now()); err != nil {
			return fmt.Errorf("reset factors of user %s: %w", userID, err)
		}
		var err error
		if kinds, err = s.kept(ctx, in, userID); err != nil {
			return err
		}
		for _, kind := range kinds {
			if err := s.take(ctx, in, userID, kind); err != nil {
				return err
			}
		}
		if err := s.Erase(ctx, in.ID, userID); err != nil {
			return err
		}
		if err := s.challenges.Kill(ctx, in.ID, userID, challenge.SecondFactorSMS, challenge.SecondFactorEmail, challenge.EnrolPhone); err != nil {
			return err
		}
		if err := s.attempts.OpenSecond(ctx, in.ID, userID); err != nil {
			return err
		}
		if err := s.sessions.EndAll(ctx, in.ID, userID, "factors_reset"); err != nil {
			return err
		}
		return s.events.Record(ctx, ref(in.ID, userID), Reset{Factors: kinds})
	})
	if err != nil {
		return nil, err
	}
	return kinds, nil
}

// kept are the kinds that a person has or has chosen, also where policy does not allow
// them any more.
func (s *Service) kept(ctx context.Context, in *realm.Realm, userID string) ([]string, error) {
	p, err := s.chosen(ctx, in.ID, userID)
	if err != nil {
		return nil, err
	}
	kinds := []string{}
	for _, kind := range Kinds() {
		has := p.wants(kind)
		switch kind {
		case Passkey:
			has, err = s.passkeys.Enrolled(ctx, in.ID, userID)
		case TOTP:
			has, err = s.totp.Enrolled(ctx, in.ID, userID)
		}
		if err != nil {
			return nil, err
		}
		if has {
			kinds = append(kinds, kind)
		}
	}
	return kinds, nil
}

// Name names the room among the subscribers of events.
func (s *Service) Name() string { return "identity/mfa" }

// Handle follows what happens to passkeys, which have a room of their own: trust in
// devices ends with every change of factors, and recovery codes with the last one.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	if e.Type != "passkey.registered" && e.Type != "passkey.revoked" {
		return nil
	}
	in, err := s.realms.ByID(ctx, e.RealmID)
	if err != nil {
		return fmt.Errorf("follow event %s: %w", e.ID, err)
	}
	if err := s.dropTrustsOf(ctx, in.ID, e.Ref.ID, e.At); err != nil {
		return fmt.Errorf("forget devices of user %s: %w", e.Ref.ID, err)
	}
	kinds, err := s.enrolled(ctx, in, e.Ref.ID)
	if err != nil || len(kinds) > 0 {
		return err
	}
	return s.dropCodes(ctx, in.ID, e.Ref.ID)
}
