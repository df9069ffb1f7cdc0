package contact

import (
	"context"
	"errors"
	"fmt"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/user"
	"authserver/internal/letter"
)

// The values that a change and its undoing keep until they are redeemed.
const (
	keptFrom = "from"
	keptTo   = "to"
)

// RequestChange writes a code and a link to another address. The present one stays in
// use until they come back, and is told, unless nobody ever showed to own it and so it
// may be a stranger's. It returns user.ErrEmailInvalid, ErrSameEmail, or
// challenge.ErrTooSoon. An address that is taken is answered like any other; its owner
// gets another letter.
func (s *Service) RequestChange(ctx context.Context, a Asking, email string) error {
	addr, key, err := user.Normalise(email)
	if err != nil {
		return err
	}
	_, present, err := user.Normalise(a.User.Email)
	if err != nil {
		return err
	}
	if key == present {
		return ErrSameEmail
	}
	err = s.db.InTx(a.acting(ctx), func(ctx context.Context) error {
		if err := s.challenges.Kill(ctx, a.Realm.ID, a.User.ID, challenge.ChangeEmail); err != nil {
			return err
		}
		issued, err := s.challenges.Issue(ctx, challenge.Request{
			RealmID: a.Realm.ID, Purpose: challenge.ChangeEmail, UserID: a.User.ID, Address: key, Binding: a.Binding,
			Lifetime: changeLifetime, Code: true, Link: true, Data: map[string]string{keptFrom: present, keptTo: addr},
			Budget: "change_email " + a.User.ID,
		})
		if err != nil {
			return err
		}
		if err := s.tellNew(ctx, a, addr, key, issued); err != nil {
			return err
		}
		if err := s.tellOld(ctx, a, addr); err != nil {
			return err
		}
		return s.events.Record(ctx, a.User.Ref(), EmailChangeRequested{})
	})
	if err != nil {
		return fmt.Errorf("request change of address of user %s: %w", a.User.ID, err)
	}
	return nil
}

// tellNew writes to the new address, or to the account that has it.
func (s *Service) tellNew(ctx context.Context, a Asking, addr, key string, issued *challenge.Issued) error {
	l := letter.Letter{
		RealmID: a.Realm.ID, UserID: a.User.ID, ApplicationID: a.ApplicationID, Kind: letter.ChangeEmail, To: addr,
		Language: a.Language, ExpiresAt: issued.ExpiresAt, Data: map[string]string{
			"code": issued.Code, "link": s.link(a.Realm, changePath, issued.Token), "minutes": minutes(changeLifetime),
		},
	}
	owner, err := s.users.ByEmail(ctx, a.Realm.ID, key)
	switch {
	case err == nil:
		l = letter.Letter{
			RealmID: a.Realm.ID, UserID: owner.ID, Kind: letter.RegisterTaken, To: owner.Email, Data: map[string]string{
				"link": s.issuer(a.Realm.Slug) + flow.AccountPath, "recover_link": s.issuer(a.Realm.Slug) + "/recover",
			},
		}
	case !errors.Is(err, user.ErrNotFound):
		return err
	}
	return s.letters.Send(ctx, l)
}

func (s *Service) tellOld(ctx context.Context, a Asking, addr string) error {
	if !a.User.EmailVerified {
		return nil
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: a.Realm.ID, UserID: a.User.ID, ApplicationID: a.ApplicationID, Kind: letter.EmailChanging, To: a.User.Email,
		Data: map[string]string{"new_email": user.Mask(addr)},
	})
}

// CancelChange forgets the address that the person wanted.
func (s *Service) CancelChange(ctx context.Context, a Asking) error {
	return s.challenges.Kill(a.acting(ctx), a.Realm.ID, a.User.ID, challenge.ChangeEmail)
}

// ConfirmChange takes the code that went to the new address, where the change was asked
// for; also is as with ConfirmVerification. It returns challenge.ErrWrongCode,
// challenge.ErrDead, or user.ErrEmailTaken when somebody was quicker.
func (s *Service) ConfirmChange(ctx context.Context, a Asking, code string, also func(ctx context.Context) error) error {
	proof, err := s.challenges.CheckCode(ctx, a.Realm.ID, challenge.ChangeEmail, a.User.ID, a.Binding, code)
	if err != nil {
		return err
	}
	return s.changed(a.acting(ctx), proof, s.issuer(a.Realm.Slug), also)
}

// changed redeems a proof of a new address. Every other secret that went to the old one
// dies, but not a link that gives an address back: or whoever took the account would
// only have to change the address twice.
func (s *Service) changed(ctx context.Context, proof *challenge.Challenge, issuer string, also func(ctx context.Context) error) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.challenges.Spend(ctx, proof); err != nil {
			return err
		}
		before, err := s.users.ByID(ctx, proof.RealmID, proof.UserID)
		if err != nil {
			return err
		}
		// Whoever was in under the password before may have asked. Rooms that change a
		// password kill the secret; this holds for every way of changing it.
		if before.PasswordChangedAt.After(proof.CreatedAt) {
			return challenge.ErrDead
		}
		if err := s.users.ChangeEmail(ctx, proof.RealmID, proof.UserID, proof.Data[keptFrom], proof.Data[keptTo]); err != nil {
			return err
		}
		err = s.challenges.Kill(ctx, proof.RealmID, proof.UserID,
			challenge.VerifyEmail, challenge.ChangeEmail, challenge.Recover, challenge.SecondFactorEmail)
		if err != nil {
			return err
		}
		if before.EmailVerified {
			if err := s.offerUndo(ctx, before, proof, issuer); err != nil {
				return err
			}
		}
		return then(ctx, also)
	})
	return s.redeemed("change address", proof, err)
}
