package message

import (
	"context"
	"time"

	"authserver/internal/database"
	"authserver/internal/id"
	"authserver/internal/letter"
)

// suppressionRow is a line of letter_suppressions.
type suppressionRow struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	ToKey     string          `gorm:"column:to_key;primaryKey"`
	Reason    string          `gorm:"column:reason;primaryKey"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt database.Micros `gorm:"column:expires_at"`
	ID        string          `gorm:"column:id"`
}

// TableName names the table.
func (suppressionRow) TableName() string { return "letter_suppressions" }

func (r suppressionRow) suppression() Suppression {
	return Suppression{ID: r.ID, Address: r.ToKey, Reason: Reason(r.Reason), CreatedAt: r.CreatedAt.Time(), ExpiresAt: r.ExpiresAt.Time()}
}

func (s *Service) insertSuppression(ctx context.Context, realmID, toKey string, reason Reason, now, until time.Time) error {
	return s.db.With(ctx).Exec("INSERT INTO letter_suppressions (realm_id, to_key, reason, created_at, expires_at, id) VALUES (?, ?, ?, ?, ?, ?)"+
		" ON CONFLICT (realm_id, to_key, reason) DO UPDATE SET expires_at = excluded.expires_at",
		realmID, toKey, string(reason), database.At(now), database.At(until), id.New()).Error
}

func (s *Service) suppressions(ctx context.Context, realmID, toKey string, now time.Time) (rows []suppressionRow, err error) {
	err = s.db.With(ctx).Where("realm_id = ? AND to_key = ? AND (expires_at = 0 OR expires_at > ?)", realmID, toKey, database.At(now)).
		Order("reason").Find(&rows).Error
	return rows, err
}

func (s *Service) deleteSuppression(ctx context.Context, realmID, toKey string, reason Reason) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND to_key = ? AND reason = ?", realmID, toKey, string(reason)).Delete(&suppressionRow{})
	return res.RowsAffected > 0, res.Error
}

// forgetSuppressions drops what is known of the addresses that a person was written to,
// except where they only claimed to read: that address may be a stranger's.
func (s *Service) forgetSuppressions(ctx context.Context, realmID, userID string) error {
	theirs := s.logTable(ctx, letter.Email).Select("to_key").
		Where("realm_id = ? AND user_id = ? AND kind <> ?", realmID, userID, string(letter.ChangeEmail))
	return s.db.With(ctx).Where("realm_id = ? AND to_key IN (?)", realmID, theirs).Delete(&suppressionRow{}).Error
}

func (s *Service) sweepSuppressions(ctx context.Context, now time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&suppressionRow{}).Select("realm_id", "to_key", "reason").
		Where("expires_at > 0 AND expires_at <= ?", database.At(now)).Limit(limit)
	res := s.db.With(ctx).Where("(realm_id, to_key, reason) IN (?)", old).Delete(&suppressionRow{})
	return int(res.RowsAffected), res.Error
}
