package consent

import "context"

func (s *Service) removeOf(ctx context.Context, realmID, userID string) error {
	return s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&row{}).Error
}
