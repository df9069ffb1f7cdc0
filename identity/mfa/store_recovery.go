package mfa

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
	"authserver/internal/id"
)

// codeRow is a line of the table mfa_recovery_codes.
type codeRow struct {
	ID        string          `gorm:"column:id;primaryKey"`
	RealmID   string          `gorm:"column:realm_id"`
	UserID    string          `gorm:"column:user_id"`
	Digest    []byte          `gorm:"column:digest"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UsedAt    database.Micros `gorm:"column:used_at"`
}

// TableName names the table.
func (codeRow) TableName() string { return "mfa_recovery_codes" }

// sheetRow is a line of the table mfa_recovery_sheets.
type sheetRow struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	UserID    string          `gorm:"column:user_id;primaryKey"`
	Binding   string          `gorm:"column:binding"`
	Codes     string          `gorm:"column:codes"`
	ExpiresAt database.Micros `gorm:"column:expires_at"`
}

// TableName names the table.
func (sheetRow) TableName() string { return "mfa_recovery_sheets" }

func (s *Service) ofUser(ctx context.Context, realmID, userID string) *gorm.DB {
	return s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID)
}

// replaceCodes stores new recovery codes in the place of all older ones.
func (s *Service) replaceCodes(ctx context.Context, realmID, userID string, digests [][]byte, now time.Time) error {
	if err := s.ofUser(ctx, realmID, userID).Delete(&codeRow{}).Error; err != nil {
		return database.Translate(err)
	}
	rows := make([]codeRow, len(digests))
	for i, d := range digests {
		rows[i] = codeRow{ID: id.New(), RealmID: realmID, UserID: userID, Digest: d, CreatedAt: database.At(now)}
	}
	return database.Translate(s.db.With(ctx).Create(&rows).Error)
}

// useCode uses a recovery code up and reports whether it still was good.
func (s *Service) useCode(ctx context.Context, realmID, userID string, digest []byte, now time.Time) (bool, error) {
	res := s.ofUser(ctx, realmID, userID).Model(&codeRow{}).Where("used_at = 0 AND digest = ?", digest).Update("used_at", database.At(now))
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// codesLeft counts the recovery codes that are not used.
func (s *Service) codesLeft(ctx context.Context, realmID, userID string) (int, error) {
	var n int64
	err := s.ofUser(ctx, realmID, userID).Model(&codeRow{}).Where("used_at = 0").Count(&n).Error
	return int(n), database.Translate(err)
}

func (s *Service) dropCodes(ctx context.Context, realmID, userID string) error {
	if err := s.ofUser(ctx, realmID, userID).Delete(&codeRow{}).Error; err != nil {
		return database.Translate(err)
	}
	return database.Translate(s.ofUser(ctx, realmID, userID).Delete(&sheetRow{}).Error)
}

// layOut stores a sheet in the place of an older one.
func (s *Service) layOut(ctx context.Context, n sheetRow) error {
	err := s.db.With(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "realm_id"}, {Name: "user_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"binding", "codes", "expires_at"}),
	}).Create(&n).Error
	return database.Translate(err)
}

// sheet returns the sheet that the binding may see, or nil.
func (s *Service) sheet(ctx context.Context, realmID, userID, binding string, now time.Time) (*sheetRow, error) {
	var r sheetRow
	err := s.ofUser(ctx, realmID, userID).Where("binding = ? AND expires_at > ?", binding, database.At(now)).Take(&r).Error
	if err = database.Translate(err); errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}

func (s *Service) tearUp(ctx context.Context, realmID, userID, binding string) error {
	return database.Translate(s.ofUser(ctx, realmID, userID).Where("binding = ?", binding).Delete(&sheetRow{}).Error)
}

// sweepSheets removes sheets that nobody may see any more.
func (s *Service) sweepSheets(ctx context.Context, now time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&sheetRow{}).Select("realm_id", "user_id").Where("expires_at < ?", database.At(now)).Limit(limit)
	res := s.db.With(ctx).Where("(realm_id, user_id) IN (?)", old).Delete(&sheetRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
