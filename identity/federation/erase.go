package federation

import (
	"context"
	"fmt"
)

// Erase removes every identity upstream of a person, and what waits to become one, in
// the transaction of the context.
func (s *Service) Erase(ctx context.Context, realmID, userID string) error {
	for _, drop := range []func(context.Context, string, string) error{s.dropIdentitiesOf, s.dropPendingOf, s.dropStatesOf} {
		if err := drop(ctx, realmID, userID); err != nil {
			return fmt.Errorf("erase identities of user %s: %w", userID, err)
		}
	}
	return nil
}
