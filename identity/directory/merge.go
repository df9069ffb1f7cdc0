package directory

import (
	"context"
	"fmt"

	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/rest"
)

// ErrMergeSelf refuses to merge an account with itself.
var ErrMergeSelf = fault.New(fault.Invalid, "user_merge_self", "An account cannot be merged with itself.").At("user_id")

// Merging are the rooms whose things go over to another account. server hands them in.
type Merging interface {
	// Absorb gives one user what another has, as far as the first lacks it, in the
	// transaction of the context.
	Absorb(ctx context.Context, realmID, userID, otherID string) error
}

// Merged is recorded when an account has taken another one in, which is erased.
type Merged struct {
	OtherID string `json:"other_id"`
}

// EventType names the event.
func (Merged) EventType() string { return "user.merged" }

// Merge makes one account of two that belong to the same person: the first gets the
// identities upstream, roles and groups of the other that it lacks, then the other is
// erased. What proves a person by itself is not taken over: password, passkeys and
// factors are made for one account, and so are consents and what was accepted, which the
// person is asked for again. It returns user.ErrNotFound, ErrMergeSelf, or the fault of
// whoever may not grant what the other has.
func (s *Service) Merge(ctx context.Context, realmID, userID, otherID string) error {
	if userID == otherID {
		return ErrMergeSelf
	}
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		for _, one := range []string{userID, otherID} {
			u, err := s.Users.ByID(ctx, realmID, one)
			if err != nil {
				return err
			}
			if u.Status == user.StatusErased {
				return user.ErrNotFound
			}
		}
		if err := s.Administrators.Outranks(ctx, rest.From(ctx), "user", otherID); err != nil {
			return err
		}
		for _, room := range s.Merging {
			if err := room.Absorb(ctx, realmID, userID, otherID); err != nil {
				return fmt.Errorf("merge user %s into %s: %w", otherID, userID, err)
			}
		}
		if err := s.Administrators.LastAdministrator(ctx, realmID, otherID); err != nil {
			return err
		}
		if err := s.Erasure.Erase(ctx, realmID, otherID); err != nil {
			return err
		}
		return s.Events.Record(ctx, event.Ref{RealmID: realmID, Kind: "user", ID: userID}, Merged{OtherID: otherID})
	})
}
