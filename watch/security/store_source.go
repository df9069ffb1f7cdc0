package security

import (
	"context"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// sourceRow is a line of the table security_sources.
type sourceRow struct {
	RealmID  string `gorm:"column:realm_id;primaryKey"`
	Source   []byte `gorm:"column:source;primaryKey"`
	Slot     int64  `gorm:"column:slot;primaryKey"`
	Failures int64  `gorm:"column:failures"`
	Accounts int64  `gorm:"column:accounts"`
}

// TableName names the table.
func (sourceRow) TableName() string { return "security_sources" }

// targetRow is a line of the table security_targets.
type targetRow struct {
	RealmID    string `gorm:"column:realm_id;primaryKey"`
	Source     []byte `gorm:"column:source;primaryKey"`
	Slot       int64  `gorm:"column:slot;primaryKey"`
	Identifier string `gorm:"column:identifier;primaryKey"`
}

// TableName names the table.
func (targetRow) TableName() string { return "security_targets" }

// aim writes down that a network has tried an account and reports whether that is new in
// the slot.
func (s *Service) aim(ctx context.Context, realmID string, source []byte, slot int64, identifier string) (bool, error) {
	res := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&targetRow{realmID, source, slot, identifier})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// count counts a failure of a source and returns the counts after it.
func (s *Service) count(ctx context.Context, realmID string, source []byte, slot, accounts int64) (sourceRow, error) {
	var r sourceRow
	err := s.db.With(ctx).Raw(`INSERT INTO security_sources (realm_id, source, slot, failures, accounts) VALUES (?, ?, ?, 1, ?)
ON CONFLICT (realm_id, source, slot) DO UPDATE SET failures = security_sources.failures + 1, accounts = security_sources.accounts + excluded.accounts
RETURNING realm_id, source, slot, failures, accounts`, realmID, source, slot, accounts).Scan(&r).Error
	return r, database.Translate(err)
}

// counted returns the counts of sources since a slot.
func (s *Service) counted(ctx context.Context, realmID string, since int64, sources ...[]byte) ([]sourceRow, error) {
	var rows []sourceRow
	err := s.db.With(ctx).Where("realm_id = ? AND source IN ? AND slot >= ?", realmID, sources, since).Find(&rows).Error
	return rows, database.Translate(err)
}

// sweepSources removes up to limit rows of slots before one, of each table.
func (s *Service) sweepSources(ctx context.Context, before int64, limit int) (int, error) {
	old := s.db.With(ctx).Model(&targetRow{}).Select("realm_id", "source", "slot", "identifier").Where("slot < ?", before).Limit(limit)
	targets := s.db.With(ctx).Where("(realm_id, source, slot, identifier) IN (?)", old).Delete(&targetRow{})
	if targets.Error != nil {
		return 0, database.Translate(targets.Error)
	}
	old = s.db.With(ctx).Model(&sourceRow{}).Select("realm_id", "source", "slot").Where("slot < ?", before).Limit(limit)
	sources := s.db.With(ctx).Where("(realm_id, source, slot) IN (?)", old).Delete(&sourceRow{})
	return int(max(targets.RowsAffected, sources.RowsAffected)), database.Translate(sources.Error)
}
