package rbac

import (
	"context"
	"errors"
	"fmt"
)

// Absorb gives one user the roles and groups of another of the realm, in the transaction
// of the context: what the first has already stays as it is. The other keeps theirs until
// they are erased. Whoever asks must be able to grant what is given.
func (s *Service) Absorb(ctx context.Context, realmID, userID, otherID string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		theirs, err := s.ownAssignments(ctx, realmID, User, otherID)
		if err != nil {
			return err
		}
		for _, a := range theirs {
			a.SubjectID = userID
			err := s.db.Savepoint(ctx, func(ctx context.Context) error {
				_, err := s.Assign(ctx, realmID, *a)
				return err
			})
			// Requirements that the person does not meet are not met by merging.
			if err != nil && !errors.Is(err, ErrAssigned) && !errors.Is(err, ErrRequirementsUnmet) {
				return err
			}
		}
		_, groups, err := s.assignmentsOf(ctx, realmID, User, otherID)
		if err != nil {
			return err
		}
		for _, group := range groups {
			if err := s.AddMember(ctx, realmID, group, User, userID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("give user %s the roles of %s: %w", userID, otherID, err)
	}
	return nil
}
