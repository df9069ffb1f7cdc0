package user

import (
	"context"
	"time"

	"authserver/internal/database"
	"authserver/internal/id"
)

// passwordRow is a line of the table user_passwords.
type passwordRow struct {
	ID         string          `gorm:"column:id;primaryKey"`
	RealmID    string          `gorm:"column:realm_id"`
	UserID     string          `gorm:"column:user_id"`
	Hash       string          `gorm:"column:hash"`
	ReplacedAt database.Micros `gorm:"column:replaced_at"`
}

// TableName names the table.
func (passwordRow) TableName() string { return "user_passwords" }

// formerPasswords are the newest hashes that were replaced, the last one first.
func (s *Service) formerPasswords(ctx context.Context, realmID, userID string, limit int) ([]string, error) {
	var hashes []string
	err := s.db.With(ctx).Model(&passwordRow{}).Where("realm_id = ? AND user_id = ?", realmID, userID).
		Order("replaced_at DESC").Order("id DESC").Limit(limit).Pluck("hash", &hashes).Error
	return hashes, database.Translate(err)
}

func (s *Service) keepPassword(ctx context.Context, realmID, userID, hash string, now time.Time) error {
	line := passwordRow{ID: id.New(), RealmID: realmID, UserID: userID, Hash: hash, ReplacedAt: database.At(now)}
	return database.Translate(s.db.With(ctx).Create(&line).Error)
}

// forgetPasswords removes all former hashes but the newest ones.
func (s *Service) forgetPasswords(ctx context.Context, realmID, userID string, keep int) error {
	q := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID)
	if keep > 0 {
		newest := s.db.With(ctx).Model(&passwordRow{}).Select("id").Where("realm_id = ? AND user_id = ?", realmID, userID).
			Order("replaced_at DESC").Order("id DESC").Limit(keep)
		q = q.Where("id NOT IN (?)", newest)
	}
	return database.Translate(q.Delete(&passwordRow{}).Error)
}
