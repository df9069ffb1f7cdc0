package challenge

import (
	"context"
	"errors"
	"fmt"

	"authserver/internal/database"
)

// Live returns the secret of that purpose, user and binding which is on its way, or
// ErrDead when there is none. It is for pages that say where it was sent and for
// sending it anew; it proves nothing about anybody.
func (s *Service) Live(ctx context.Context, realmID string, p Purpose, userID, binding string) (*Challenge, error) {
	r, err := s.newest(ctx, realmID, p, userID, binding, s.now())
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrDead
	}
	if err != nil {
		return nil, fmt.Errorf("read challenge %s: %w", p, err)
	}
	return s.open(*r)
}
