package session

import (
	"context"
	"fmt"
)

// Count returns how many sessions of realms are alive, by realm id.
func (s *Service) Count(ctx context.Context, realmIDs ...string) (map[string]int64, error) {
	counted, err := s.countLiving(ctx, realmIDs, s.now())
	if err != nil {
		return nil, fmt.Errorf("count sessions: %w", err)
	}
	return counted, nil
}
