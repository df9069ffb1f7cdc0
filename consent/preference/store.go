package preference

import (
	"context"

	"authserver/internal/database"
)

// row is a line of the table consent_choices.
type row struct {
	ID       string          `gorm:"column:id;primaryKey"`
	RealmID  string          `gorm:"column:realm_id"`
	UserID   string          `gorm:"column:user_id"`
	Purpose  string          `gorm:"column:purpose"`
	Granted  bool            `gorm:"column:granted"`
	Channel  string          `gorm:"column:channel"`
	ChosenAt database.Micros `gorm:"column:chosen_at"`
}

// TableName names the table.
func (row) TableName() string { return "consent_choices" }

// Query says which choices are wanted.
type Query struct {
	UserID, Purpose string
	Latest          bool   // the latest first
	After           string // the last id that is known
	Limit           int    // 0 for all
}

func (s *Service) find(ctx context.Context, realmID string, query Query) ([]Choice, error) {
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	if query.UserID != "" {
		q = q.Where("user_id = ?", query.UserID)
	}
	if query.Purpose != "" {
		q = q.Where("purpose = ?", query.Purpose)
	}
	if query.After != "" {
		q = q.Where("id > ?", query.After)
	}
	if query.Limit > 0 {
		q = q.Limit(query.Limit)
	}
	order := "id"
	if query.Latest {
		order = "id DESC"
	}
	var rows []row
	if err := q.Order(order).Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make([]Choice, 0, len(rows))
	for _, r := range rows {
		all = append(all, Choice{r.ID, r.RealmID, r.UserID, r.Purpose, r.Granted, r.Channel, r.ChosenAt.Time()})
	}
	return all, nil
}

func (s *Service) insert(ctx context.Context, c Choice) error {
	return s.db.With(ctx).Create(&row{c.ID, c.RealmID, c.UserID, c.Purpose, c.Granted, c.Channel, database.At(c.ChosenAt)}).Error
}

func (s *Service) remove(ctx context.Context, realmID, userID string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		return s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&row{}).Error
	})
}
