package totp

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// States of a secret. A user has at most one in each.
const (
	statePending = "pending"
	stateActive  = "active"
)

// errGone says that a pending secret was taken or replaced in the meantime.
var errGone = errors.New("the pending secret is gone")

// row is a line of the table totp_secrets.
type row struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	UserID    string          `gorm:"column:user_id;primaryKey"`
	State     string          `gorm:"column:state;primaryKey"`
	ID        string          `gorm:"column:id"`
	Secret    string          `gorm:"column:secret"`
	Binding   string          `gorm:"column:binding"`
	LastStep  int64           `gorm:"column:last_step"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt database.Micros `gorm:"column:expires_at"`
	UsedAt    database.Micros `gorm:"column:used_at"`
}

// TableName names the table.
func (row) TableName() string { return "totp_secrets" }

// find returns the user's secret in a state, or nil.
func (s *Service) find(ctx context.Context, realmID, userID, state string) (*row, error) {
	var r row
	err := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND state = ?", realmID, userID, state).Take(&r).Error
	if err = database.Translate(err); errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &r, nil
}

// pending returns the secret begun under the binding that still may be confirmed.
func (s *Service) pending(ctx context.Context, realmID, userID, binding string) (*row, error) {
	r, err := s.find(ctx, realmID, userID, statePending)
	if err != nil || r == nil || r.Binding != binding || r.ExpiresAt <= database.At(s.now()) {
		return nil, err
	}
	return r, nil
}

// replace stores a secret in the place of the one in the same state.
func (s *Service) replace(ctx context.Context, n row) error {
	err := s.db.With(ctx).Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "realm_id"}, {Name: "user_id"}, {Name: "state"}},
		DoUpdates: clause.AssignmentColumns([]string{"id", "secret", "binding", "last_step", "created_at", "expires_at", "used_at"}),
	}).Create(&n).Error
	return database.Translate(err)
}

// promote makes a pending secret the active one, with the step of the code that
// confirmed it used up. It returns errGone when somebody was faster.
func (s *Service) promote(ctx context.Context, r *row, step int64, now time.Time) (replaced bool, err error) {
	res := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND state = ? AND id = ?", r.RealmID, r.UserID, statePending, r.ID).Delete(&row{})
	if res.Error != nil {
		return false, database.Translate(res.Error)
	}
	if res.RowsAffected != 1 {
		return false, errGone
	}
	old, err := s.find(ctx, r.RealmID, r.UserID, stateActive)
	if err != nil {
		return false, err
	}
	at := database.At(now)
	n := row{RealmID: r.RealmID, UserID: r.UserID, State: stateActive, ID: r.ID, Secret: r.Secret, LastStep: step, CreatedAt: at, UsedAt: at}
	return old != nil, s.replace(ctx, n)
}

// take uses a step up and reports whether this very secret still had it.
func (s *Service) take(ctx context.Context, r *row, step int64, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).
		Where("realm_id = ? AND user_id = ? AND state = ? AND id = ? AND last_step < ?", r.RealmID, r.UserID, stateActive, r.ID, step).
		Updates(map[string]any{"last_step": step, "used_at": database.At(now)})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) dropPending(ctx context.Context, realmID, userID, binding string) error {
	res := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND state = ? AND binding = ?", realmID, userID, statePending, binding).Delete(&row{})
	return database.Translate(res.Error)
}

// drop removes the user's secrets and reports whether one was active.
func (s *Service) drop(ctx context.Context, realmID, userID string) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND state = ?", realmID, userID, stateActive).Delete(&row{})
	if res.Error != nil {
		return false, database.Translate(res.Error)
	}
	had := res.RowsAffected > 0
	res = s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&row{})
	return had, database.Translate(res.Error)
}
