package challenge

import (
	"context"
	"time"

	"authserver/internal/database"
)

// newest returns what is alive of the user in the binding, or ErrNotFound. Two can be
// only where both are without user and binding, which nobody asks for.
func (s *Service) newest(ctx context.Context, realmID string, p Purpose, userID, binding string, now time.Time) (*row, error) {
	var r row
	err := s.alive(ctx, realmID, p, now).Where("user_id = ? AND binding = ?", userID, binding).
		Order("created_at DESC").Order("id").Take(&r).Error
	return &r, database.Translate(err)
}
