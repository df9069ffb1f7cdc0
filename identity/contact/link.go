package contact

import (
	"context"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/tenant/realm"
)

// Link is what a link in a letter stands for, while it is alive.
type Link struct {
	// Purpose is VerifyEmail, ChangeEmail or UndoEmail.
	Purpose challenge.Purpose
	// Address is the one that is proven, User whose account it is about.
	Address string
	User    *user.User

	realm *realm.Realm
	proof *challenge.Challenge
}

// Follow returns what a link stands for, or challenge.ErrDead. It changes nothing.
func (s *Service) Follow(ctx context.Context, in *realm.Realm, p challenge.Purpose, token string) (*Link, error) {
	proof, err := s.challenges.CheckToken(ctx, in.ID, p, token)
	if err != nil {
		return nil, err
	}
	u, err := s.users.ByID(ctx, in.ID, proof.UserID)
	if err != nil {
		return nil, s.redeemed("follow link", proof, err)
	}
	l := &Link{Purpose: p, Address: proof.Data[keptTo], User: u, realm: in, proof: proof}
	if p == challenge.VerifyEmail {
		l.Address = u.Email
		if _, key, err := user.Normalise(u.Email); err != nil || key != proof.Address {
			return nil, challenge.ErrDead
		}
	}
	return l, nil
}

// Redeem does what the link is for. It returns challenge.ErrDead, or
// user.ErrEmailTaken when somebody else has the address by now.
func (s *Service) Redeem(ctx context.Context, l *Link) error {
	ctx = byMail(ctx, l.proof)
	switch l.Purpose {
	case challenge.ChangeEmail:
		return s.changed(ctx, l.proof, s.issuer(l.realm.Slug), nil)
	case challenge.UndoEmail:
		return s.undone(ctx, l.proof)
	}
	return s.verified(ctx, l.proof, nil)
}
