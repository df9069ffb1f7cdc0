package limit

import (
	"context"
	"fmt"

	"authserver/internal/database"
	"authserver/internal/ratelimit"
)

type row struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	Name      string          `gorm:"column:name;primaryKey"`
	Limits    string          `gorm:"column:limits"`
	Version   int64           `gorm:"column:version"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "rate_limits" }

func (s *Service) rows(ctx context.Context, realmID string) ([]row, error) {
	var all []row
	err := s.DB.With(ctx).Where("realm_id = ?", realmID).Find(&all).Error
	return all, database.Translate(err)
}

// load is what the realm has set. What an older or newer version of this program wrote and
// this one cannot read is left out.
func (s *Service) load(ctx context.Context, realmID string) (map[string][]ratelimit.Limit, error) {
	all, err := s.rows(ctx, realmID)
	if err != nil {
		return nil, fmt.Errorf("limits of realm %s: %w", realmID, err)
	}
	own := make(map[string][]ratelimit.Limit, len(all))
	for _, r := range all {
		if l, err := ratelimit.Parse(r.Limits); err == nil {
			own[r.Name] = l
		}
	}
	return own, nil
}

func (s *Service) find(ctx context.Context, realmID, name string) (*row, error) {
	var r row
	if err := s.DB.With(ctx).Where("realm_id = ? AND name = ?", realmID, name).Take(&r).Error; err != nil {
		return nil, database.Translate(err)
	}
	return &r, nil
}

func (s *Service) insert(ctx context.Context, r *row) error {
	return database.Translate(s.DB.With(ctx).Create(r).Error)
}

// update stores the limits if the row still has the version before.
func (s *Service) update(ctx context.Context, r *row, before int64) (bool, error) {
	res := s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND name = ? AND version = ?", r.RealmID, r.Name, before).
		Updates(map[string]any{"limits": r.Limits, "version": r.Version, "updated_at": r.UpdatedAt})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) remove(ctx context.Context, realmID, name string, version int64) (bool, error) {
	res := s.DB.With(ctx).Where("realm_id = ? AND name = ? AND version = ?", realmID, name, version).Delete(&row{})
	return res.RowsAffected == 1, database.Translate(res.Error)
}
