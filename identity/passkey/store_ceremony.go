package passkey

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// ceremonyRow is a line of the table passkey_ceremonies.
type ceremonyRow struct {
	ChallengeDigest []byte          `gorm:"column:challenge_digest;primaryKey"`
	RealmID         string          `gorm:"column:realm_id"`
	Purpose         string          `gorm:"column:purpose"`
	UserID          string          `gorm:"column:user_id"`
	Binding         string          `gorm:"column:binding"`
	Session         string          `gorm:"column:session"`
	ExpiresAt       database.Micros `gorm:"column:expires_at"`
	SpentAt         database.Micros `gorm:"column:spent_at"`
}

// TableName names the table.
func (ceremonyRow) TableName() string { return "passkey_ceremonies" }

func (s *Service) insertCeremony(ctx context.Context, c ceremony, digest []byte, sealed string, expires time.Time) error {
	old := s.db.With(ctx).Where("realm_id = ? AND binding = ? AND purpose = ? AND user_id = ?", c.realmID, c.binding, c.purpose, c.userID)
	if err := old.Where("spent_at = 0").Delete(&ceremonyRow{}).Error; err != nil {
		return database.Translate(err)
	}
	return database.Translate(s.db.With(ctx).Create(&ceremonyRow{
		ChallengeDigest: digest, RealmID: c.realmID, Purpose: c.purpose, UserID: c.userID, Binding: c.binding,
		Session: sealed, ExpiresAt: database.At(expires),
	}).Error)
}

// spendCeremony returns the sealed question if nobody has answered it yet, or ErrExpired.
func (s *Service) spendCeremony(ctx context.Context, c ceremony, digest []byte, now time.Time) (string, error) {
	var spent []ceremonyRow
	res := s.db.With(ctx).Model(&spent).Clauses(clause.Returning{Columns: []clause.Column{{Name: "session"}}}).
		Where("challenge_digest = ? AND realm_id = ? AND purpose = ?", digest, c.realmID, c.purpose).
		Where("user_id = ? AND binding = ?", c.userID, c.binding).
		Where("spent_at = 0 AND expires_at > ?", database.At(now)).
		Updates(map[string]any{"spent_at": database.At(now)})
	if res.Error != nil {
		return "", database.Translate(res.Error)
	}
	if res.RowsAffected != 1 || len(spent) != 1 {
		return "", ErrExpired
	}
	return spent[0].Session, nil
}

// sweepCeremonies removes up to limit challenges of all realms that expired before the
// given time.
func (s *Service) sweepCeremonies(ctx context.Context, before time.Time, limit int) (int, error) {
	expired := s.db.With(ctx).Model(&ceremonyRow{}).Select("challenge_digest").Where("expires_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("challenge_digest IN (?)", expired).Delete(&ceremonyRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
