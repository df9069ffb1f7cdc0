package mfa

import (
	"context"
	"time"

	"authserver/internal/database"
)

// trustRow is a line of the table mfa_trusted_devices.
type trustRow struct {
	ID        string          `gorm:"column:id;primaryKey"`
	RealmID   string          `gorm:"column:realm_id"`
	UserID    string          `gorm:"column:user_id"`
	Digest    []byte          `gorm:"column:digest"`
	IP        string          `gorm:"column:ip"`
	UserAgent string          `gorm:"column:user_agent"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (trustRow) TableName() string { return "mfa_trusted_devices" }

func (s *Service) insertTrust(ctx context.Context, n trustRow) error {
	return database.Translate(s.db.With(ctx).Create(&n).Error)
}

// trusts returns the user's devices that were trusted since the time, the newest first,
// of all digests when none is given.
func (s *Service) trusts(ctx context.Context, realmID, userID string, since time.Time, digests ...[]byte) ([]trustRow, error) {
	q := s.ofUser(ctx, realmID, userID).Where("created_at > ?", database.At(since))
	if len(digests) > 0 {
		q = q.Where("digest IN ?", digests)
	}
	var rows []trustRow
	err := q.Order("created_at DESC, id").Limit(trustsMost).Find(&rows).Error
	return rows, database.Translate(err)
}

// dropTrusts ends trust in one device, or in all for an empty id, and returns how many
// there were.
func (s *Service) dropTrusts(ctx context.Context, realmID, userID, deviceID string) (int, error) {
	q := s.ofUser(ctx, realmID, userID)
	if deviceID != "" {
		q = q.Where("id = ?", deviceID)
	}
	res := q.Delete(&trustRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}

// dropTrustsOf ends trust in the devices that were trusted until the time.
func (s *Service) dropTrustsOf(ctx context.Context, realmID, userID string, until time.Time) error {
	return database.Translate(s.ofUser(ctx, realmID, userID).Where("created_at <= ?", database.At(until)).Delete(&trustRow{}).Error)
}

// sweepTrusts removes devices whose trust no policy can let live.
func (s *Service) sweepTrusts(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&trustRow{}).Select("id").Where("created_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", old).Delete(&trustRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
