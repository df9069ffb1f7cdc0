package rbac

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

type groupRow struct {
	ID          string          `gorm:"column:id;primaryKey"`
	RealmID     string          `gorm:"column:realm_id"`
	Name        string          `gorm:"column:name"`
	Description string          `gorm:"column:description"`
	Version     int64           `gorm:"column:version"`
	CreatedAt   database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table; "groups" is a word of SQL.
func (groupRow) TableName() string { return "user_groups" }

type memberRow struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	GroupID   string          `gorm:"column:group_id;primaryKey"`
	Kind      string          `gorm:"column:member_kind;primaryKey"`
	MemberID  string          `gorm:"column:member_id;primaryKey"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (memberRow) TableName() string { return "group_members" }

func (r *groupRow) group() *People {
	return &People{r.ID, r.RealmID, r.Name, r.Description, r.Version, r.CreatedAt.Time()}
}

func (s *Service) insertGroup(ctx context.Context, g *People) error {
	row := groupRow{g.ID, g.RealmID, g.Name, g.Description, g.Version, database.At(g.CreatedAt)}
	return database.Translate(s.db.With(ctx).Create(&row).Error)
}

func (s *Service) findGroup(ctx context.Context, realmID, id string) (*People, error) {
	var row groupRow
	err := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Take(&row).Error
	return row.group(), database.Translate(err)
}

func (s *Service) updateGroup(ctx context.Context, g *People, before int64) (bool, error) {
	result := s.db.With(ctx).Model(&groupRow{}).Where("realm_id = ? AND id = ? AND version = ?", g.RealmID, g.ID, before).
		Updates(map[string]any{"name": g.Name, "description": g.Description, "version": g.Version})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

func (s *Service) deleteGroup(ctx context.Context, realmID, id string) error {
	db := s.db.With(ctx)
	if err := db.Where("realm_id = ? AND group_id = ?", realmID, id).Delete(&memberRow{}).Error; err != nil {
		return database.Translate(err)
	}
	return database.Translate(db.Where("realm_id = ? AND id = ?", realmID, id).Delete(&groupRow{}).Error)
}

func (s *Service) listGroups(ctx context.Context, realmID, after string, limit int) ([]*People, error) {
	var rows []groupRow
	err := s.db.With(ctx).Where("realm_id = ? AND id > ?", realmID, after).Order("id").Limit(limit).Find(&rows).Error
	all := make([]*People, 0, len(rows))
	for i := range rows {
		all = append(all, rows[i].group())
	}
	return all, database.Translate(err)
}

func (s *Service) insertMember(ctx context.Context, realmID, groupID, kind, id string, now time.Time) (bool, error) {
	row := memberRow{realmID, groupID, kind, id, database.At(now)}
	result := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return result.RowsAffected == 1, database.Translate(result.Error)
}

func (s *Service) deleteMember(ctx context.Context, realmID, groupID, kind, id string) (bool, error) {
	result := s.db.With(ctx).Where("realm_id = ? AND group_id = ? AND member_kind = ? AND member_id = ?", realmID, groupID, kind, id).Delete(&memberRow{})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

func (s *Service) deleteMemberships(ctx context.Context, realmID, kind, id string) (int, error) {
	result := s.db.With(ctx).Where("realm_id = ? AND member_kind = ? AND member_id = ?", realmID, kind, id).Delete(&memberRow{})
	return int(result.RowsAffected), database.Translate(result.Error)
}

func (s *Service) listMembers(ctx context.Context, realmID, groupID, kind, after string, limit int) ([]memberRow, error) {
	var rows []memberRow
	q := s.db.With(ctx).Where("realm_id = ? AND group_id = ? AND member_id > ?", realmID, groupID, after)
	if kind != "" {
		q = q.Where("member_kind = ?", kind)
	}
	err := q.Order("member_id").Limit(limit).Find(&rows).Error
	return rows, database.Translate(err)
}
