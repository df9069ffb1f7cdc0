package challenge

import (
	"context"
	"time"

	"authserver/internal/database"
)

func (s *Service) byID(ctx context.Context, realmID string, p Purpose, challengeID string, now time.Time) (*row, error) {
	var r row
	err := s.alive(ctx, realmID, p, now).Where("id = ?", challengeID).Take(&r).Error
	return &r, database.Translate(err)
}
