package session

import (
	"context"
	"time"

	"authserver/internal/database"
)

func (s *Service) countLiving(ctx context.Context, realmIDs []string, now time.Time) (map[string]int64, error) {
	var rows []struct {
		RealmID string
		N       int64
	}
	err := s.db.With(ctx).Model(&row{}).Select("realm_id, count(*) AS n").
		Where("realm_id IN ? AND ended_at = 0 AND idle_expires_at > ?", realmIDs, database.At(now)).Group("realm_id").Scan(&rows).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	counted := make(map[string]int64, len(rows))
	for _, r := range rows {
		counted[r.RealmID] = r.N
	}
	return counted, nil
}
