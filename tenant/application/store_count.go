package application

import (
	"context"

	"authserver/internal/database"
)

func (s *Service) count(ctx context.Context, realmIDs []string) (map[string]Counts, error) {
	var rows []struct {
		RealmID        string
		Total, Enabled int64
	}
	err := s.db.With(ctx).Model(&row{}).Select("realm_id, count(*) AS total, count(CASE WHEN enabled THEN 1 END) AS enabled").
		Where("realm_id IN ?", realmIDs).Group("realm_id").Scan(&rows).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	counted := make(map[string]Counts, len(rows))
	for _, r := range rows {
		counted[r.RealmID] = Counts{Total: r.Total, Enabled: r.Enabled}
	}
	return counted, nil
}
