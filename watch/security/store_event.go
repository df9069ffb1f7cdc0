package security

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// eventRow is a line of the table security_events.
type eventRow struct {
	ID        string          `gorm:"column:id;primaryKey"`
	RealmID   string          `gorm:"column:realm_id"`
	At        database.Micros `gorm:"column:at"`
	Type      string          `gorm:"column:type"`
	Severity  string          `gorm:"column:severity"`
	UserID    string          `gorm:"column:user_id"`
	IP        string          `gorm:"column:ip"`
	UserAgent string          `gorm:"column:user_agent"`
	Details   string          `gorm:"column:details"`
}

// TableName names the table.
func (eventRow) TableName() string { return "security_events" }

func (s *Service) insertEvent(ctx context.Context, n Event) error {
	details, err := json.Marshal(n.Details)
	if err != nil {
		return err
	}
	r := eventRow{
		ID: n.ID, RealmID: n.RealmID, At: database.At(n.At), Type: n.Type, Severity: string(n.Severity), UserID: n.UserID,
		IP: n.IP, UserAgent: n.UserAgent, Details: string(details),
	}
	return database.Translate(s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&r).Error)
}

func (s *Service) findEvents(ctx context.Context, realmID string, f Filter) ([]Event, error) {
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	for column, value := range map[string]string{"type": f.Type, "severity": string(f.Severity), "user_id": f.UserID} {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", database.At(f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", database.At(f.To))
	}
	if f.After != "" {
		q = q.Where("id < ?", f.After)
	}
	var rows []eventRow
	if err := q.Order("id DESC").Limit(f.Limit).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	all := make([]Event, len(rows))
	for i, r := range rows {
		all[i] = Event{
			ID: r.ID, RealmID: r.RealmID, At: r.At.Time(), Type: r.Type, Severity: Severity(r.Severity), UserID: r.UserID, IP: r.IP, UserAgent: r.UserAgent,
		}
		if err := json.Unmarshal([]byte(r.Details), &all[i].Details); err != nil {
			return nil, fmt.Errorf("decode security event %s: %w", r.ID, err)
		}
	}
	return all, nil
}

// sweepEvents removes up to limit events of all realms that are older than the time.
func (s *Service) sweepEvents(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&eventRow{}).Select("id").Where("at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", old).Delete(&eventRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
