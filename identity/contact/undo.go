package contact

import (
	"context"
	"strconv"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/letter"
)

// offerUndo writes to the address that an account had until now how to get it back. It
// is bound to the change, so that a later one does not kill it.
func (s *Service) offerUndo(ctx context.Context, before *user.User, change *challenge.Challenge, issuer string) error {
	issued, err := s.challenges.Issue(ctx, challenge.Request{
		RealmID: before.RealmID, Purpose: challenge.UndoEmail, UserID: before.ID, Address: change.Data[keptFrom], Binding: change.ID,
		Lifetime: undoLifetime, Link: true, Always: true, Data: map[string]string{keptTo: before.Email},
	})
	if err != nil {
		return err
	}
	return s.letters.Send(ctx, letter.Letter{
		RealmID: before.RealmID, UserID: before.ID, Kind: letter.EmailChanged, To: before.Email, ExpiresAt: issued.ExpiresAt,
		Data: map[string]string{
			"new_email": user.Mask(change.Data[keptTo]), "link": issuer + undoPath + "?token=" + issued.Token,
			"days": strconv.Itoa(int(undoLifetime / (24 * time.Hour))),
		},
	})
}

// thiefLead is how long before a change of address a thief may already have been at work
// in the account.
const thiefLead = 24 * time.Hour

// undone redeems such a link. Every secret of the account dies with it, and so does
// whatever was added to sign in with since shortly before the change: a thief's passkey
// must not outlive their address. What is older stays, so that the old mailbox alone
// does not get round a second factor of long standing.
func (s *Service) undone(ctx context.Context, proof *challenge.Challenge) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.challenges.Spend(ctx, proof); err != nil {
			return err
		}
		if err := s.users.UndoEmail(ctx, proof.RealmID, proof.UserID, proof.Data[keptTo]); err != nil {
			return err
		}
		if err := s.challenges.Kill(ctx, proof.RealmID, proof.UserID); err != nil {
			return err
		}
		for _, remove := range s.newer {
			if err := remove(ctx, proof.RealmID, proof.UserID, proof.CreatedAt.Add(-thiefLead)); err != nil {
				return err
			}
		}
		return then(ctx, nil)
	})
	return s.redeemed("give the address back", proof, err)
}
