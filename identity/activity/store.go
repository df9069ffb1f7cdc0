package activity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"authserver/internal/database"
)

// row is a line of the table account_activity.
type row struct {
	ID        string          `gorm:"column:id;primaryKey"`
	RealmID   string          `gorm:"column:realm_id"`
	UserID    string          `gorm:"column:user_id"`
	At        database.Micros `gorm:"column:at"`
	Type      string          `gorm:"column:type"`
	IP        string          `gorm:"column:ip"`
	UserAgent string          `gorm:"column:user_agent"`
	Admin     bool            `gorm:"column:admin"`
	Details   string          `gorm:"column:details"`
}

// TableName names the table.
func (row) TableName() string { return "account_activity" }

func (s *Service) insert(ctx context.Context, n Entry) error {
	details, err := json.Marshal(n.Details)
	if err != nil {
		return err
	}
	r := row{
		ID: n.ID, RealmID: n.RealmID, UserID: n.UserID, At: database.At(n.At), Type: n.Type, IP: n.IP, UserAgent: n.UserAgent,
		Admin: n.Admin, Details: string(details),
	}
	return database.Translate(s.db.With(ctx).Create(&r).Error)
}

// list returns the user's entries after the place, the newest first.
func (s *Service) list(ctx context.Context, realmID, userID string, from place, limit int) ([]Entry, error) {
	q := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID)
	if from.id != "" {
		at := database.At(from.at)
		q = q.Where("(at < ? OR at = ? AND id < ?)", at, at, from.id)
	}
	var rows []row
	if err := q.Order("at DESC, id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i] = Entry{
			ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, At: r.At.Time(), Type: r.Type, IP: r.IP, UserAgent: r.UserAgent, Admin: r.Admin,
		}
		if err := json.Unmarshal([]byte(r.Details), &entries[i].Details); err != nil {
			return nil, fmt.Errorf("decode details of %s: %w", r.ID, err)
		}
	}
	return entries, nil
}

func (s *Service) remove(ctx context.Context, realmID, userID string) error {
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&row{}).Error)
}

// sweep removes up to limit entries of all realms that are older than the time.
func (s *Service) sweep(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&row{}).Select("id").Where("at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", old).Delete(&row{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
