package challenge

import (
	"context"
	"errors"
	"fmt"

	"authserver/internal/database"
)

// Again returns a secret that is still alive by its id, or ErrDead: for a page that
// has checked the code or the link before, and handed the browser a sealed note of
// that. The id alone proves nothing.
func (s *Service) Again(ctx context.Context, realmID string, p Purpose, challengeID string) (*Challenge, error) {
	r, err := s.byID(ctx, realmID, p, challengeID, s.now())
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrDead
	}
	if err != nil {
		return nil, fmt.Errorf("read challenge %s: %w", p, err)
	}
	return s.open(*r)
}
