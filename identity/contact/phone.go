package contact

import (
	"context"
	"fmt"

	"golang.org/x/text/language"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/letter"
	"authserver/internal/phone"
	"authserver/tenant/realm"
)

// phonePath is where a letter about a number leads.
const phonePath = "/account/phone"

// RequestPhone sends a code by SMS to a number. The one that the account has stays
// until the code comes back. It returns phone.ErrInvalid, phone.ErrRefused,
// ErrSamePhone, or challenge.ErrTooSoon.
func (s *Service) RequestPhone(ctx context.Context, a Asking, number string) error {
	number, err := phone.Parse(number, region(a.User))
	if err != nil {
		return err
	}
	if err := phone.Check(number, a.Realm.Policy.PhonePrefixes); err != nil {
		return err
	}
	if a.User.Phone == number && a.User.PhoneVerified {
		return ErrSamePhone
	}
	err = s.db.InTx(a.acting(ctx), func(ctx context.Context) error {
		if err := s.challenges.Kill(ctx, a.Realm.ID, a.User.ID, challenge.VerifyPhone); err != nil {
			return err
		}
		issued, err := s.challenges.Issue(ctx, challenge.Request{
			RealmID: a.Realm.ID, Purpose: challenge.VerifyPhone, UserID: a.User.ID, Address: number, Binding: a.Binding,
			Lifetime: challenge.CodeLifetime, Code: true, Budget: "verify_phone " + a.User.ID,
		})
		if err != nil {
			return err
		}
		return s.letters.Send(ctx, letter.Letter{
			RealmID: a.Realm.ID, UserID: a.User.ID, Kind: letter.VerifyPhone, To: number, Language: a.Language, ExpiresAt: issued.ExpiresAt,
			Data: map[string]string{"code": issued.Code, "minutes": minutes(challenge.CodeLifetime)},
		})
	})
	if err != nil {
		return fmt.Errorf("send code to the phone of user %s: %w", a.User.ID, err)
	}
	return nil
}

// region is the country whose habits a number without country code follows: the one
// that the person's own language tag names, if it names one.
func region(u *user.User) string {
	tag, err := language.Parse(u.Locale)
	if err != nil {
		return ""
	}
	if country, sure := tag.Region(); sure == language.Exact && country.IsCountry() {
		return country.String()
	}
	return ""
}

// ConfirmPhone takes the code and gives the account the number that it went to. Codes
// on their way to another number die, browsers that were trusted are not any more, and
// the person gets a letter. It returns
// challenge.ErrWrongCode or ErrDead.
func (s *Service) ConfirmPhone(ctx context.Context, a Asking, code string) error {
	proof, err := s.challenges.CheckCode(ctx, a.Realm.ID, challenge.VerifyPhone, a.User.ID, a.Binding, code)
	if err != nil {
		return err
	}
	err = s.db.InTx(a.acting(ctx), func(ctx context.Context) error {
		if err := s.challenges.Spend(ctx, proof); err != nil {
			return err
		}
		before, err := s.users.ByID(ctx, a.Realm.ID, a.User.ID)
		if err != nil {
			return err
		}
		if err := s.users.VerifyPhone(ctx, a.Realm.ID, a.User.ID, proof.Address); err != nil {
			return err
		}
		if before.Phone == proof.Address {
			return then(ctx, nil)
		}
		if err := s.challenges.Kill(ctx, a.Realm.ID, a.User.ID, challenge.VerifyPhone, challenge.SecondFactorSMS); err != nil {
			return err
		}
		if err := s.factors.Distrust(ctx, a.Realm.ID, a.User.ID, ""); err != nil {
			return err
		}
		return s.tell(ctx, before, letter.PhoneChanged, map[string]string{"phone": phone.Mask(proof.Address)})
	})
	return s.redeemed("verify phone", proof, err)
}

// CancelPhone forgets the number that the person wanted.
func (s *Service) CancelPhone(ctx context.Context, a Asking) error {
	return s.challenges.Kill(a.acting(ctx), a.Realm.ID, a.User.ID, challenge.VerifyPhone)
}

// RemovePhone takes the number away, and with it the codes that went there. The person
// gets a letter. It returns ErrNoPhone, or ErrLastFactor when codes to the number are
// the only second factor where one is demanded.
func (s *Service) RemovePhone(ctx context.Context, a Asking) error {
	if a.User.Phone == "" {
		return ErrNoPhone
	}
	demanded := a.Realm.Policy.SecondFactor == realm.Required || a.User.RequireSecondFactor
	err := s.db.InTx(a.acting(ctx), func(ctx context.Context) error {
		before, err := s.factors.Enrolled(ctx, a.Realm.ID, a.User.ID)
		if err != nil {
			return err
		}
		if err := s.users.RemovePhone(ctx, a.Realm.ID, a.User.ID); err != nil {
			return err
		}
		left, err := s.factors.Enrolled(ctx, a.Realm.ID, a.User.ID)
		if err != nil {
			return err
		}
		if demanded && len(before) > 0 && len(left) == 0 {
			return ErrLastFactor
		}
		if err := s.challenges.Kill(ctx, a.Realm.ID, a.User.ID, challenge.VerifyPhone, challenge.SecondFactorSMS); err != nil {
			return err
		}
		return s.tell(ctx, a.User, letter.FactorRemoved, map[string]string{"factor": "sms", "link": s.issuer(a.Realm.Slug) + phonePath})
	})
	if err != nil {
		return fmt.Errorf("remove phone of user %s: %w", a.User.ID, err)
	}
	return nil
}

// tell writes a notice to a person, in their own language.
func (s *Service) tell(ctx context.Context, u *user.User, kind letter.Kind, values map[string]string) error {
	return s.letters.Send(ctx, letter.Letter{RealmID: u.RealmID, UserID: u.ID, Kind: kind, To: u.Email, Data: values})
}
