package oauth

import (
	"context"
	"fmt"

	"authserver/identity/session"
)

// Uses returns what applications hold in the user's name, as long as tokens of it can
// be refreshed, the oldest first. What is left of an access token alone is over within
// minutes and is not listed.
func (s *Service) Uses(ctx context.Context, realmID, userID string) ([]session.Use, error) {
	uses, err := s.liveGrants(ctx, realmID, userID, s.now())
	if err != nil {
		return nil, fmt.Errorf("list what applications hold of user %s: %w", userID, err)
	}
	return uses, nil
}
