package inapp

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// row is a line of the table notifications.
type row struct {
	ID        string          `gorm:"column:id;primaryKey"`
	RealmID   string          `gorm:"column:realm_id"`
	UserID    string          `gorm:"column:user_id"`
	Kind      string          `gorm:"column:kind"`
	SendingID string          `gorm:"column:sending_id"`
	Priority  string          `gorm:"column:priority"`
	Icon      string          `gorm:"column:icon"`
	Link      string          `gorm:"column:link"`
	Title     string          `gorm:"column:title"`
	Body      string          `gorm:"column:body"`
	Data      string          `gorm:"column:data"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	SeenAt    database.Micros `gorm:"column:seen_at"`
	ExpiresAt database.Micros `gorm:"column:expires_at"`
}

// TableName names the table.
func (row) TableName() string { return "notifications" }

func (r row) notification() (Notification, error) {
	n := Notification{
		ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, Kind: r.Kind, SendingID: r.SendingID, Priority: Priority(r.Priority), Icon: r.Icon, Link: r.Link,
		Title: r.Title, Body: r.Body, CreatedAt: r.CreatedAt.Time(), SeenAt: r.SeenAt.Time(), ExpiresAt: r.ExpiresAt.Time(),
	}
	if err := json.Unmarshal([]byte(r.Data), &n.Data); err != nil {
		return n, fmt.Errorf("decode notification %s: %w", r.ID, err)
	}
	return n, nil
}

// insert stores a notification unless it is there.
func (s *Service) insert(ctx context.Context, n Notification) error {
	data, err := json.Marshal(n.Data)
	if err != nil {
		return err
	}
	r := row{
		ID: n.ID, RealmID: n.RealmID, UserID: n.UserID, Kind: n.Kind, SendingID: n.SendingID, Priority: string(n.Priority), Icon: n.Icon, Link: n.Link,
		Title: n.Title, Body: n.Body, Data: string(data), CreatedAt: database.At(n.CreatedAt), ExpiresAt: database.At(n.ExpiresAt),
	}
	return database.Translate(s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&r).Error)
}

// list returns what the person has after the place, the newest first.
func (s *Service) list(ctx context.Context, realmID, userID string, unseen bool, from place, now time.Time, limit int) ([]Notification, error) {
	q := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND expires_at > ?", realmID, userID, database.At(now))
	if unseen {
		q = q.Where("seen_at = 0")
	}
	if from.id != "" {
		at := database.At(from.at)
		q = q.Where("(created_at < ? OR created_at = ? AND id < ?)", at, at, from.id)
	}
	var rows []row
	if err := q.Order("created_at DESC, id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	all := make([]Notification, 0, len(rows))
	for _, r := range rows {
		n, err := r.notification()
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

func (s *Service) countUnseen(ctx context.Context, realmID, userID string, now time.Time) (int, error) {
	var n int
	err := s.db.With(ctx).Raw("SELECT COUNT(*) FROM (SELECT 1 FROM notifications WHERE realm_id = ? AND user_id = ? AND seen_at = 0 AND expires_at > ? LIMIT ?) AS unseen",
		realmID, userID, database.At(now), countMost).Scan(&n).Error
	return n, database.Translate(err)
}

// countThese counts those of the ids that are the person's and not over.
func (s *Service) countThese(ctx context.Context, realmID, userID string, ids []string, now time.Time) (int, error) {
	var n int64
	err := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND user_id = ? AND id IN ? AND expires_at > ?", realmID, userID, ids, database.At(now)).Count(&n).Error
	return int(n), database.Translate(err)
}

func (s *Service) see(ctx context.Context, realmID, userID string, ids []string, now time.Time) (int, error) {
	q := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND user_id = ? AND seen_at = 0", realmID, userID)
	if len(ids) > 0 {
		q = q.Where("id IN ?", ids)
	}
	res := q.Update("seen_at", database.At(now))
	return int(res.RowsAffected), database.Translate(res.Error)
}

func (s *Service) remove(ctx context.Context, realmID, userID, notificationID string, now time.Time) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND id = ? AND expires_at > ?", realmID, userID, notificationID, database.At(now)).Delete(&row{})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// sweepNotifications removes up to limit notifications of all realms that are over.
func (s *Service) sweepNotifications(ctx context.Context, now time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&row{}).Select("id").Where("expires_at <= ?", database.At(now)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", old).Delete(&row{})
	return int(res.RowsAffected), database.Translate(res.Error)
}

// removeAll removes every row about a person.
func (s *Service) removeAll(ctx context.Context, realmID, userID string) error {
	for _, of := range []any{&row{}, &wishRow{}} {
		if err := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(of).Error; err != nil {
			return database.Translate(err)
		}
	}
	return database.Translate(s.db.With(ctx).Where("realm_id = ? AND audience = ? AND audience_id = ?", realmID, ToUser, userID).Delete(&sendingRow{}).Error)
}
