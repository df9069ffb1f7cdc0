package application

import (
	"context"
	"fmt"
)

// Counts is how many applications a realm has.
type Counts struct{ Total, Enabled int64 }

// Count counts the applications of realms, by realm id.
func (s *Service) Count(ctx context.Context, realmIDs ...string) (map[string]Counts, error) {
	counted, err := s.count(ctx, realmIDs)
	if err != nil {
		return nil, fmt.Errorf("count applications: %w", err)
	}
	return counted, nil
}
