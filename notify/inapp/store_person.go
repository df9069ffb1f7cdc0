package inapp

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// wishRow is a line of the table notification_preferences.
type wishRow struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	UserID    string          `gorm:"column:user_id;primaryKey"`
	Topic     string          `gorm:"column:topic;primaryKey"`
	Channel   string          `gorm:"column:channel;primaryKey"`
	Enabled   bool            `gorm:"column:enabled"`
	UpdatedAt database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (wishRow) TableName() string { return "notification_preferences" }

// wishesOf are what each of the people has said.
func (s *Service) wishesOf(ctx context.Context, realmID string, userIDs []string) (map[string]Wishes, error) {
	var rows []wishRow
	if err := s.db.With(ctx).Where("realm_id = ? AND user_id IN ?", realmID, userIDs).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	all := map[string]Wishes{}
	for _, r := range rows {
		if all[r.UserID] == nil {
			all[r.UserID] = Wishes{}
		}
		all[r.UserID][Wish{r.Topic, Channel(r.Channel)}] = r.Enabled
	}
	return all, nil
}

func (s *Service) upsertWish(ctx context.Context, realmID, userID string, w Wish, on bool, now time.Time) error {
	return database.Translate(s.db.With(ctx).Clauses(clause.OnConflict{UpdateAll: true}).
		Create(&wishRow{realmID, userID, w.Topic, string(w.Channel), on, database.At(now)}).Error)
}
