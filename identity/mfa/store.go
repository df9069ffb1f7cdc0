package mfa

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// person is a line of the table mfa_people.
type person struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	UserID    string          `gorm:"column:user_id;primaryKey"`
	SMS       bool            `gorm:"column:sms"`
	Email     bool            `gorm:"column:email"`
	LastKind  string          `gorm:"column:last_kind"`
	UpdatedAt database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (person) TableName() string { return "mfa_people" }

// wants reports whether the person has chosen codes of the kind.
func (p person) wants(kind string) bool {
	return kind == SMS && p.SMS || kind == Email && p.Email
}

// chosen returns what the person has chosen; nothing when they never did.
func (s *Service) chosen(ctx context.Context, realmID, userID string) (person, error) {
	var p person
	err := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Take(&p).Error
	if err = database.Translate(err); errors.Is(err, database.ErrNotFound) {
		return person{RealmID: realmID, UserID: userID}, nil
	}
	return p, err
}

// lock holds the person's row until the transaction ends, so that of two changes to
// their factors the second sees what the first has left.
func (s *Service) lock(ctx context.Context, realmID, userID string, now time.Time) error {
	line := person{RealmID: realmID, UserID: userID, UpdatedAt: database.At(now)}
	err := s.db.With(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "realm_id"}, {Name: "user_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"updated_at"}),
	}).Create(&line).Error
	return database.Translate(err)
}

// setChoice changes what the person has chosen, in a transaction that holds lock.
func (s *Service) setChoice(ctx context.Context, realmID, userID string, columns map[string]any) error {
	err := s.db.With(ctx).Model(&person{}).Where("realm_id = ? AND user_id = ?", realmID, userID).Updates(columns).Error
	return database.Translate(err)
}

// used remembers the kind that the person has passed with.
func (s *Service) used(ctx context.Context, realmID, userID, kind string, now time.Time) error {
	line := person{RealmID: realmID, UserID: userID, LastKind: kind, UpdatedAt: database.At(now)}
	err := s.db.With(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "realm_id"}, {Name: "user_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"last_kind", "updated_at"}),
	}).Create(&line).Error
	return database.Translate(err)
}

// forget removes what the person has chosen.
func (s *Service) forget(ctx context.Context, realmID, userID string) error {
	err := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&person{}).Error
	return database.Translate(err)
}
