package mfa

import (
	"context"

	"fmt"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/phone"
	"authserver/tenant/realm"
)

// ErrPhoneMissing asks for a number.
var ErrPhoneMissing = phone.ErrInvalid.Say("Enter your phone number.")

// BeginTOTP makes a new secret for an authenticator application, which only the binding
// (a session's or flow's id) sees until a code confirms it.
func (s *Service) BeginTOTP(ctx context.Context, in *realm.Realm, userID, binding string) error {
	u, err := s.users.ByID(ctx, in.ID, userID)
	if err != nil {
		return err
	}
	return s.totp.Begin(ctx, in.ID, u.ID, binding, in.Name, u.Email)
}

// EnrolTOTP gives the person of a flow that demands it their first factor, and returns
// the session's new cookie. The secret was begun under the flow's id. A factor cannot be
// added here by whoever has one, or a thief of the password would add theirs: then it
// returns flow.ErrStale.
func (s *Service) EnrolTOTP(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, code string) (string, error) {
	return s.enrol(ctx, in, f, c, TOTP, func(ctx context.Context) error {
		return s.totp.Confirm(ctx, in.ID, c.UserID, f.ID, code)
	})
}

// SendEnrol sends the code that proves the address of a first factor by SMS or mail. A
// number is asked for only where the account has no proven one; an address, never.
func (s *Service) SendEnrol(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, kind, number string) error {
	u, err := s.mayEnrol(ctx, in, c.UserID, kind)
	if err != nil {
		return err
	}
	if kind == Email || proven(u, SMS) {
		return s.send(ctx, in, f, u, kind)
	}
	if number, err = phone.Parse(number, ""); err != nil {
		return err
	}
	if err := phone.Check(number, in.Policy.PhonePrefixes); err != nil {
		return err
	}
	ctx = event.Acting(ctx, event.User, u.ID, f.ApplicationID)
	return s.db.InTx(ctx, func(ctx context.Context) error {
		code, err := s.challenges.Issue(ctx, challenge.Request{
			RealmID: in.ID, Purpose: challenge.EnrolPhone, UserID: u.ID, Address: number, Binding: f.ID,
			Lifetime: challenge.CodeLifetime, Code: true,
			// The one that identity/contact counts on, too: naming another number each
			// time, in as many flows, sends no more of them (security rules THR-11 and
			// MFA-14).
			Budget: "verify_phone " + u.ID,
		})
		if err != nil {
			return err
		}
		if err := s.letters.Send(ctx, s.codeLetter(letter.VerifyPhone, in, f, u, number, code)); err != nil {
			return err
		}
		return s.events.Record(ctx, ref(in.ID, u.ID), Challenged{Method: kind, ApplicationID: f.ApplicationID})
	})
}

// EnrolCode gives the person of a flow that demands it their first factor, by the code
// that SendEnrol sent, and returns the session's new cookie.
func (s *Service) EnrolCode(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, kind, code string) (cookie string, err error) {
	u, err := s.mayEnrol(ctx, in, c.UserID, kind)
	if err != nil {
		return "", err
	}
	p := enrolPurpose(kind, u)
	ctx = event.Acting(ctx, event.User, u.ID, f.ApplicationID)
	err = s.guess(ctx, in, f, c, kind, func(ctx context.Context) error {
		sent, err := s.challenges.CheckCode(ctx, in.ID, p, u.ID, f.ID, code)
		if err != nil {
			return err
		}
		cookie, err = s.enrol(ctx, in, f, c, kind, func(ctx context.Context) error {
			if err := s.challenges.Spend(ctx, sent); err != nil {
				return err
			}
			if p == challenge.EnrolPhone {
				if err := s.users.VerifyPhone(ctx, in.ID, u.ID, sent.Address); err != nil {
					return err
				}
			}
			if err := s.attempts.OpenSecond(ctx, in.ID, u.ID); err != nil {
				return err
			}
			return s.choose(ctx, in, u.ID, kind, true)
		})
		return err
	})
	return cookie, err
}

// enrolPurpose is that of the code which SendEnrol sends.
func enrolPurpose(kind string, u *user.User) challenge.Purpose {
	if kind == SMS && !proven(u, SMS) {
		return challenge.EnrolPhone
	}
	p, _ := purpose(kind)
	return p
}

// mayEnrol returns the user if they may add a first factor of the kind within a flow.
func (s *Service) mayEnrol(ctx context.Context, in *realm.Realm, userID, kind string) (*user.User, error) {
	if _, sends := purpose(kind); !sends || !allows(in.Policy, kind) {
		return nil, ErrNotAllowed
	}
	if err := s.first(ctx, in, userID); err != nil {
		return nil, err
	}
	u, err := s.users.ByID(ctx, in.ID, userID)
	if err == nil && kind == Email && !proven(u, Email) {
		err = ErrUnproven
	}
	return u, err
}

// first returns flow.ErrStale for who has a factor already.
func (s *Service) first(ctx context.Context, in *realm.Realm, userID string) error {
	kinds, err := s.enrolled(ctx, in, userID)
	if err != nil {
		return fmt.Errorf("factors of user %s: %w", userID, err)
	}
	if len(kinds) > 0 {
		return flow.ErrStale
	}
	return nil
}

// enrol is the one transaction in which a first factor is added within a flow: add, the
// recovery codes, the session, the flow.
func (s *Service) enrol(ctx context.Context, in *realm.Realm, f *flow.Flow, c *session.Session, kind string, add func(context.Context) error) (cookie string, err error) {
	ctx = event.Acting(ctx, event.User, c.UserID, f.ApplicationID)
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, in.ID, c.UserID, s.now()); err != nil {
			return fmt.Errorf("enrol user %s: %w", c.UserID, err)
		}
		if err := s.first(ctx, in, c.UserID); err != nil {
			return err
		}
		if err := add(ctx); err != nil {
			return err
		}
		if err := s.added(ctx, in, c.UserID, kind); err != nil {
			return err
		}
		if _, err := s.FirstCodes(ctx, in, c.UserID, f.ID); err != nil {
			return err
		}
		var err error
		if cookie, err = s.sessions.Elevate(ctx, c, methods(kind)...); err != nil {
			return err
		}
		return s.flows.Prove(ctx, f, flow.Proof{Step: flow.Enrol, SessionID: c.ID, Method: kind})
	})
	if err != nil {
		return "", err
	}
	return cookie, nil
}

// added is what follows whenever a person has another factor.
func (s *Service) added(ctx context.Context, in *realm.Realm, userID, kind string) error {
	if _, err := s.dropTrusts(ctx, in.ID, userID, ""); err != nil {
		return fmt.Errorf("forget devices of user %s: %w", userID, err)
	}
	return s.tell(ctx, in, userID, letter.FactorAdded, about(kind))
}

// choose turns codes by SMS or mail on or off, in a transaction that holds lock.
func (s *Service) choose(ctx context.Context, in *realm.Realm, userID, kind string, on bool) error {
	if err := s.setChoice(ctx, in.ID, userID, map[string]any{kind: on}); err != nil {
		return fmt.Errorf("choose factors of user %s: %w", userID, err)
	}
	if err := s.users.MarkFactor(ctx, in.ID, userID, kind, on); err != nil {
		return err
	}
	if on {
		return s.events.Record(ctx, ref(in.ID, userID), FactorEnabled{Factor: kind})
	}
	return s.events.Record(ctx, ref(in.ID, userID), FactorRemoved{Factor: kind})
}

// ConfirmTOTP makes the secret that was begun in the session the person's own, by one of
// its codes. One that they had before is dead at once, and every other session ends. The
// person has just shown their second factor: the session's new cookie is returned. Codes
// says that there are new recovery codes on the session's sheet.
func (s *Service) ConfirmTOTP(ctx context.Context, in *realm.Realm, c *session.Session, code string) (cookie string, codes bool, err error) {
	return s.confirm(ctx, in, c, code, true)
}

// confirm is ConfirmTOTP; without elevate the session stays as it is.
func (s *Service) confirm(ctx context.Context, in *realm.Realm, c *session.Session, code string, elevate bool) (cookie string, codes bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, in.ID, c.UserID, s.now()); err != nil {
			return fmt.Errorf("enrol user %s: %w", c.UserID, err)
		}
		replaces, err := s.totp.Enrolled(ctx, in.ID, c.UserID)
		if err != nil {
			return err
		}
		if err := s.totp.Confirm(ctx, in.ID, c.UserID, c.ID, code); err != nil {
			return err
		}
		if err := s.added(ctx, in, c.UserID, TOTP); err != nil {
			return err
		}
		if replaces {
			if err := s.sessions.EndOthers(ctx, in.ID, c.UserID, c.ID, "factor_replaced"); err != nil {
				return err
			}
		}
		if codes, err = s.FirstCodes(ctx, in, c.UserID, c.ID); err != nil || !elevate {
			return err
		}
		cookie, err = s.sessions.Elevate(ctx, c, methods(TOTP)...)
		return err
	})
	return cookie, codes, err
}

// Enable makes codes by SMS or mail a factor of the person in the session. It returns
// ErrNotAllowed, or ErrUnproven when number or address was never proven. Codes says that
// there are new recovery codes on the session's sheet.
func (s *Service) Enable(ctx context.Context, in *realm.Realm, c *session.Session, kind string) (codes bool, err error) {
	if _, sends := purpose(kind); !sends || !allows(in.Policy, kind) {
		return false, ErrNotAllowed
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, in.ID, c.UserID, s.now()); err != nil {
			return fmt.Errorf("enable %s for user %s: %w", kind, c.UserID, err)
		}
		u, err := s.users.ByID(ctx, in.ID, c.UserID)
		if err != nil {
			return err
		}
		if !proven(u, kind) {
			return ErrUnproven
		}
		p, err := s.chosen(ctx, in.ID, c.UserID)
		if err != nil || p.wants(kind) {
			return err
		}
		if err := s.choose(ctx, in, c.UserID, kind, true); err != nil {
			return err
		}
		if err := s.added(ctx, in, c.UserID, kind); err != nil {
			return err
		}
		codes, err = s.FirstCodes(ctx, in, c.UserID, c.ID)
		return err
	})
	return codes, err
}
