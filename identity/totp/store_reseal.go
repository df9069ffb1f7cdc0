package totp

import (
	"context"

	"authserver/internal/database"
)

// sealedAfter returns secrets of all realms in the order of their ids.
func (s *Service) sealedAfter(ctx context.Context, after string, limit int) ([]row, error) {
	var rows []row
	err := s.db.With(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error
	return rows, database.Translate(err)
}

// replaceSealed stores the secret under another key, if it is still the same.
func (s *Service) replaceSealed(ctx context.Context, r row, sealed string) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).
		Where("realm_id = ? AND user_id = ? AND state = ? AND id = ? AND secret = ?", r.RealmID, r.UserID, r.State, r.ID, r.Secret).
		Update("secret", sealed)
	return res.RowsAffected == 1, database.Translate(res.Error)
}
