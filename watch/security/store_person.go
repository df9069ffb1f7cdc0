package security

import (
	"context"
	"errors"
	"math"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
	"authserver/internal/device"
)

// personRow is a line of the table security_people.
type personRow struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	UserID    string          `gorm:"column:user_id;primaryKey"`
	At        database.Micros `gorm:"column:at"`
	Located   bool            `gorm:"column:located"`
	Latitude  int64           `gorm:"column:latitude"`
	Longitude int64           `gorm:"column:longitude"`
}

// TableName names the table.
func (personRow) TableName() string { return "security_people" }

func (r personRow) point() device.Point {
	return device.Point{Latitude: float64(r.Latitude) / 10, Longitude: float64(r.Longitude) / 10}
}

// person returns the last sign-in of a user, or nil when there was none.
func (s *Service) person(ctx context.Context, realmID, userID string) (*personRow, error) {
	var r personRow
	err := database.Translate(s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// arrive writes down a user's sign-in. A place that is not known leaves the last one, and
// when that was.
func (s *Service) arrive(ctx context.Context, realmID, userID string, at time.Time, where device.Point, located bool) error {
	r := personRow{RealmID: realmID, UserID: userID, At: database.At(at), Located: located}
	again := clause.OnConflict{Columns: []clause.Column{{Name: "realm_id"}, {Name: "user_id"}}, DoNothing: true}
	if located {
		r.Latitude, r.Longitude = int64(math.Round(where.Latitude*10)), int64(math.Round(where.Longitude*10))
		again.DoNothing, again.DoUpdates = false, clause.AssignmentColumns([]string{"at", "located", "latitude", "longitude"})
	}
	return database.Translate(s.db.With(ctx).Clauses(again).Create(&r).Error)
}

// erase removes everything about a user.
func (s *Service) erase(ctx context.Context, realmID, userID string) error {
	for _, table := range []any{&deviceRow{}, &personRow{}, &eventRow{}} {
		if err := s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(table).Error; err != nil {
			return database.Translate(err)
		}
	}
	return nil
}

// eraseRealm removes everything about a realm.
func (s *Service) eraseRealm(ctx context.Context, realmID string) error {
	for _, table := range []any{&deviceRow{}, &personRow{}, &eventRow{}, &sourceRow{}, &targetRow{}} {
		if err := s.db.With(ctx).Where("realm_id = ?", realmID).Delete(table).Error; err != nil {
			return database.Translate(err)
		}
	}
	return nil
}
