package profile

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// row is a line of the table profile_schemas.
type row struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	Fields    string          `gorm:"column:fields"`
	Version   int64           `gorm:"column:version"`
	UpdatedAt database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (row) TableName() string { return "profile_schemas" }

// read returns the realm's schema, an empty one if it never set any.
func (s *Service) read(ctx context.Context, realmID string) (*Schema, error) {
	var rows []row
	if err := s.db.With(ctx).Where("realm_id = ?", realmID).Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read profile schema of realm %s: %w", realmID, err)
	}
	if len(rows) == 0 {
		return &Schema{}, nil
	}
	fields, err := decode(rows[0].Fields)
	if err != nil {
		return nil, fmt.Errorf("realm %s: %w", realmID, err)
	}
	return &Schema{Version: rows[0].Version, Fields: fields, UpdatedAt: rows[0].UpdatedAt.Time()}, nil
}

// write puts the fields in the place of the version, 0 for the first one, and
// reports whether that was the present version.
func (s *Service) write(ctx context.Context, realmID, fields string, version int64, now time.Time) (bool, error) {
	line := row{RealmID: realmID, Fields: fields, Version: version + 1, UpdatedAt: database.At(now)}
	if version == 0 {
		res := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&line)
		return res.RowsAffected == 1, database.Translate(res.Error)
	}
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND version = ?", realmID, version).
		Updates(map[string]any{"fields": line.Fields, "version": line.Version, "updated_at": line.UpdatedAt})
	return res.RowsAffected == 1, database.Translate(res.Error)
}
