package statistics

import (
	"context"

	"authserver/internal/database"
)

// dayRow is a line of the table statistics_days, or the sum of a count's shards.
type dayRow struct {
	RealmID string `gorm:"column:realm_id;primaryKey"`
	Day     int64  `gorm:"column:day;primaryKey"`
	Name    string `gorm:"column:name;primaryKey"`
	Shard   int64  `gorm:"column:shard;primaryKey"`
	Count   int64  `gorm:"column:count"`
}

// TableName names the table.
func (dayRow) TableName() string { return "statistics_days" }

// increase counts one more.
func (s *Service) increase(ctx context.Context, realmID string, day int64, name string) error {
	return database.Translate(s.db.With(ctx).Exec("INSERT INTO statistics_days (realm_id, day, name, shard, count)"+
		" VALUES (?, ?, ?, ?, 1) ON CONFLICT (realm_id, day, name, shard) DO UPDATE SET count = statistics_days.count + 1",
		realmID, day, name, s.shard).Error)
}

// since returns what happened in realms from a day on.
func (s *Service) since(ctx context.Context, realmIDs []string, day int64) (rows []dayRow, err error) {
	err = s.db.With(ctx).Model(&dayRow{}).Select("realm_id, day, name, CAST(sum(count) AS BIGINT) AS count").
		Where("realm_id IN ? AND day >= ?", realmIDs, day).Group("realm_id, day, name").Order("realm_id, day, name").Scan(&rows).Error
	return rows, database.Translate(err)
}

// sweep removes up to limit rows of days before one.
func (s *Service) sweep(ctx context.Context, before int64, limit int) (int, error) {
	old := s.db.With(ctx).Model(&dayRow{}).Select("realm_id", "day", "name", "shard").Where("day < ?", before).Limit(limit)
	res := s.db.With(ctx).Where("(realm_id, day, name, shard) IN (?)", old).Delete(&dayRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}

// remove forgets a realm.
func (s *Service) remove(ctx context.Context, realmID string) error {
	return database.Translate(s.db.With(ctx).Where("realm_id = ?", realmID).Delete(&dayRow{}).Error)
}
