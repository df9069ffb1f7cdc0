package contact

import (
	"context"
	"errors"
	"fmt"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/letter"
)

// SendVerification writes a code and a link to the account's address. Earlier ones are
// dead from then on. It returns ErrVerified or challenge.ErrTooSoon.
func (s *Service) SendVerification(ctx context.Context, a Asking) error {
	if a.User.EmailVerified {
		return ErrVerified
	}
	_, key, err := user.Normalise(a.User.Email)
	if err != nil {
		return err
	}
	err = s.db.InTx(a.acting(ctx), func(ctx context.Context) error {
		issued, err := s.challenges.Issue(ctx, challenge.Request{
			RealmID: a.Realm.ID, Purpose: challenge.VerifyEmail, UserID: a.User.ID, Address: key,
			Lifetime: verifyLifetime, Code: true, Link: true,
		})
		if err != nil {
			return err
		}
		return s.letters.Send(ctx, letter.Letter{
			RealmID: a.Realm.ID, UserID: a.User.ID, ApplicationID: a.ApplicationID, Kind: letter.VerifyEmail, To: a.User.Email,
			Language: a.Language, ExpiresAt: issued.ExpiresAt, Data: map[string]string{
				"code": issued.Code, "link": s.link(a.Realm, verifyPath, issued.Token), "minutes": minutes(verifyLifetime),
			},
		})
	})
	if err != nil {
		return fmt.Errorf("send verification to user %s: %w", a.User.ID, err)
	}
	return nil
}

// ConfirmVerification takes the code of that letter; then, in the same transaction,
// also is called, unless it is nil. It returns challenge.ErrWrongCode or ErrDead.
func (s *Service) ConfirmVerification(ctx context.Context, a Asking, code string, also func(ctx context.Context) error) error {
	proof, err := s.challenges.CheckCode(ctx, a.Realm.ID, challenge.VerifyEmail, a.User.ID, "", code)
	if err != nil {
		return err
	}
	return s.verified(a.acting(ctx), proof, also)
}

// verified redeems a proof of the account's present address.
func (s *Service) verified(ctx context.Context, proof *challenge.Challenge, also func(ctx context.Context) error) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.challenges.Spend(ctx, proof); err != nil {
			return err
		}
		if err := s.users.VerifyEmail(ctx, proof.RealmID, proof.UserID, proof.Address); err != nil {
			return err
		}
		return then(ctx, also)
	})
	return s.redeemed("verify address", proof, err)
}

func then(ctx context.Context, also func(ctx context.Context) error) error {
	if err := failpoint.Hit(ctx, "contact/redeemed"); err != nil || also == nil {
		return err
	}
	return also(ctx)
}

// redeemed says what became of a proof. One that no longer fits the account is as dead
// as one that was used.
func (s *Service) redeemed(what string, proof *challenge.Challenge, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, user.ErrChanged), errors.Is(err, user.ErrNotFound):
		return challenge.ErrDead
	}
	return fmt.Errorf("%s of user %s: %w", what, proof.UserID, err)
}

// byMail is the context in which whoever reads a person's mail acts for them.
func byMail(ctx context.Context, proof *challenge.Challenge) context.Context {
	return event.Acting(ctx, event.User, proof.UserID, "")
}
