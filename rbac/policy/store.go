package policy

import (
	"context"

	"authserver/internal/database"
)

type row struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	ApplicationID string          `gorm:"column:application_id"`
	Name          string          `gorm:"column:name"`
	Description   string          `gorm:"column:description"`
	Source        string          `gorm:"column:source"`
	Draft         string          `gorm:"column:draft"`
	Version       int64           `gorm:"column:version"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt     database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
	ActivatedAt   database.Micros `gorm:"column:activated_at"`
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "policies" }

func (r *row) policy() *Policy {
	return &Policy{
		r.ID, r.RealmID, r.ApplicationID, r.Name, r.Description, r.Source, r.Draft, r.Version, r.CreatedAt.Time(), r.UpdatedAt.Time(), r.ActivatedAt.Time(),
	}
}

func rowOf(p *Policy) row {
	return row{
		p.ID, p.RealmID, p.ApplicationID, p.Name, p.Description, p.Source, p.Draft, p.Version,
		database.At(p.CreatedAt), database.At(p.UpdatedAt), database.At(p.ActivatedAt),
	}
}

func policies(rows []row) []*Policy {
	list := make([]*Policy, 0, len(rows))
	for i := range rows {
		list = append(list, rows[i].policy())
	}
	return list
}

func (s *Service) insert(ctx context.Context, p *Policy) error {
	r := rowOf(p)
	return database.Translate(s.db.With(ctx).Create(&r).Error)
}

func (s *Service) find(ctx context.Context, realmID, id string) (*Policy, error) {
	var r row
	err := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Take(&r).Error
	return r.policy(), database.Translate(err)
}

// update stores the policy if it still has the version before; identity and application
// stay.
func (s *Service) update(ctx context.Context, p *Policy, before int64) (bool, error) {
	result := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND version = ?", p.RealmID, p.ID, before).Updates(map[string]any{
		"name": p.Name, "description": p.Description, "source": p.Source, "draft": p.Draft, "version": p.Version,
		"updated_at": database.At(p.UpdatedAt), "activated_at": database.At(p.ActivatedAt),
	})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

func (s *Service) remove(ctx context.Context, realmID, id string) (bool, error) {
	result := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Delete(&row{})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

// active are the policies of the realm that count.
func (s *Service) active(ctx context.Context, realmID string) ([]*Policy, error) {
	var rows []row
	err := s.db.With(ctx).Where("realm_id = ? AND activated_at > 0", realmID).Order("id").Find(&rows).Error
	return policies(rows), database.Translate(err)
}

func (s *Service) list(ctx context.Context, realmID string, applications []string, after string, most int) ([]*Policy, error) {
	q := s.db.With(ctx).Where("realm_id = ? AND id > ?", realmID, after)
	if applications != nil {
		q = q.Where("application_id IN ?", applications)
	}
	var rows []row
	err := q.Order("id").Limit(most).Find(&rows).Error
	return policies(rows), database.Translate(err)
}

// removeOf deletes the policies of an application and returns how many there were.
func (s *Service) removeOf(ctx context.Context, realmID, applicationID string) (int64, error) {
	result := s.db.With(ctx).Where("realm_id = ? AND application_id = ?", realmID, applicationID).Delete(&row{})
	return result.RowsAffected, database.Translate(result.Error)
}
