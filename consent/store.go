package consent

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// row is a line of the table consents.
type row struct {
	RealmID       string          `gorm:"column:realm_id;primaryKey"`
	UserID        string          `gorm:"column:user_id;primaryKey"`
	ApplicationID string          `gorm:"column:application_id;primaryKey"`
	Scopes        string          `gorm:"column:scopes"`
	GrantedAt     database.Micros `gorm:"column:granted_at"`
	UpdatedAt     database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (row) TableName() string { return "consents" }

const key = "realm_id = ? AND user_id = ? AND application_id = ?"

func rowOf(g Grant) (row, error) {
	scopes, err := json.Marshal(g.Scopes)
	if err != nil {
		return row{}, fmt.Errorf("encode scopes: %w", err)
	}
	return row{
		RealmID: g.RealmID, UserID: g.UserID, ApplicationID: g.ApplicationID, Scopes: string(scopes),
		GrantedAt: database.At(g.GrantedAt), UpdatedAt: database.At(g.UpdatedAt),
	}, nil
}

func (r row) grant() (Grant, error) {
	g := Grant{
		RealmID: r.RealmID, UserID: r.UserID, ApplicationID: r.ApplicationID,
		GrantedAt: r.GrantedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
	}
	if err := json.Unmarshal([]byte(r.Scopes), &g.Scopes); err != nil {
		return Grant{}, fmt.Errorf("decode scopes granted to application %s: %w", r.ApplicationID, err)
	}
	return g, nil
}

// find returns the person's grant, or one without scopes when there is none.
func (s *Service) find(ctx context.Context, realmID, userID, appID string) (Grant, error) {
	return one(s.db.With(ctx).Where(key, realmID, userID, appID))
}

// lock is find for a grant that must stay as it is until the transaction ends.
func (s *Service) lock(ctx context.Context, realmID, userID, appID string) (Grant, error) {
	return one(database.Lock(s.db.With(ctx)).Where(key, realmID, userID, appID))
}

func one(q *gorm.DB) (Grant, error) {
	var rows []row
	if err := q.Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return Grant{}, err
	}
	return rows[0].grant()
}

// insert reports whether the grant is the person's first to the application.
func (s *Service) insert(ctx context.Context, g Grant) (bool, error) {
	r, err := rowOf(g)
	if err != nil {
		return false, err
	}
	res := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
	return res.RowsAffected == 1, res.Error
}

// update reports whether there was a grant to change.
func (s *Service) update(ctx context.Context, g Grant) (bool, error) {
	r, err := rowOf(g)
	if err != nil {
		return false, err
	}
	res := s.db.With(ctx).Model(&row{}).Where(key, g.RealmID, g.UserID, g.ApplicationID).
		Updates(map[string]any{"scopes": r.Scopes, "updated_at": r.UpdatedAt})
	return res.RowsAffected == 1, res.Error
}

func (s *Service) remove(ctx context.Context, realmID, userID, appID string) error {
	res := s.db.With(ctx).Where(key, realmID, userID, appID).Delete(&row{})
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrNotGranted
	}
	return res.Error
}

func (s *Service) list(ctx context.Context, realmID, userID string) ([]Grant, error) {
	var rows []row
	err := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Order("granted_at, application_id").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	grants := make([]Grant, 0, len(rows))
	for _, r := range rows {
		g, err := r.grant()
		if err != nil {
			return nil, err
		}
		grants = append(grants, g)
	}
	return grants, nil
}
