package session

import (
	"context"

	"authserver/internal/database"
)

func (s *Service) removeOf(ctx context.Context, realmID, userID string) error {
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&row{}).Error)
}
