package event

import (
	"context"
	"time"

	"authserver/internal/database"
)

// parkedRow is a row of events with why it was given up.
type parkedRow struct {
	ID       string          `gorm:"column:id"`
	RealmID  string          `gorm:"column:realm_id"`
	Type     string          `gorm:"column:type"`
	RefKind  string          `gorm:"column:ref_kind"`
	RefID    string          `gorm:"column:ref_id"`
	At       database.Micros `gorm:"column:at"`
	Attempts int             `gorm:"column:attempts"`
	ParkedAt database.Micros `gorm:"column:parked_at"`
	Failure  string          `gorm:"column:failure"`
}

// parked lists given up events of a realm, or of all, in the order of their ids.
func (s store) parked(ctx context.Context, realmID, after string, most int) (rows []parkedRow, err error) {
	q := s.db.With(ctx).Table("events").Select("id, realm_id, type, ref_kind, ref_id, at, attempts, parked_at, failure").Where("parked_at > 0 AND id > ?", after)
	if realmID != "" {
		q = q.Where("realm_id = ?", realmID)
	}
	err = q.Order("id").Limit(most).Find(&rows).Error
	return rows, err
}

// unpark lets events be claimed again, each alone.
func (s store) unpark(ctx context.Context, realmID, id string) (int64, error) {
	r := s.db.With(ctx).Exec("UPDATE events SET parked_at = 0, attempts = 1, lease_owner = '', lease_until = 0"+
		" WHERE parked_at > 0 AND (realm_id = ? OR ? = '') AND (id = ? OR ? = '')", realmID, realmID, id, id)
	return r.RowsAffected, r.Error
}

// drop marks one as dispatched without effect; the reason of its failure stays.
func (s store) drop(ctx context.Context, realmID, id string, now time.Time) (int64, error) {
	r := s.db.With(ctx).Exec("UPDATE events SET parked_at = 0, dispatched_at = ? WHERE parked_at > 0 AND (realm_id = ? OR ? = '') AND id = ?",
		database.At(now), realmID, realmID, id)
	return r.RowsAffected, r.Error
}
