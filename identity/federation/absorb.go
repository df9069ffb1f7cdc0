package federation

import (
	"context"
	"fmt"

	"authserver/internal/event"
)

// HowMerged is how an identity is linked that came with another account.
const HowMerged = "merged"

// Absorb gives one user the identities of another of the realm, but for those of
// providers that the first is linked with already, in the transaction of the context.
func (s *Service) Absorb(ctx context.Context, realmID, userID, otherID string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		own, err := s.identitiesOf(ctx, realmID, userID)
		if err != nil {
			return err
		}
		linked := map[string]bool{}
		for _, i := range own {
			linked[i.ProviderID] = true
		}
		theirs, err := s.identitiesOf(ctx, realmID, otherID)
		if err != nil {
			return err
		}
		for _, i := range theirs {
			if linked[i.ProviderID] {
				continue
			}
			if err := s.giveIdentity(ctx, realmID, i.ID, otherID, userID); err != nil {
				return err
			}
			p, err := s.ByID(ctx, realmID, i.ProviderID)
			if err != nil {
				return err
			}
			if err := s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "user", ID: userID}, Linked{Provider: p.Slug, IdentityID: i.ID, How: HowMerged}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("give user %s the identities of %s: %w", userID, otherID, err)
	}
	return nil
}
