package webhook

import (
	"context"
	"time"

	"authserver/internal/database"

	"gorm.io/gorm"
)

// given are deliveries that were given up: of the realm, or of all with "".
func (s *Service) given(ctx context.Context, realmID string) *gorm.DB {
	q := s.DB.With(ctx).Model(&deliveryRow{}).Where("status = 'parked'")
	if realmID != "" {
		q = q.Where("realm_id = ?", realmID)
	}
	return q
}

// Queue returns how many deliveries wait, and since when the one is due that is most
// overdue, zero while none is: for metrics.
func (s *Service) Queue(ctx context.Context) (waiting int64, since time.Time, err error) {
	var r struct {
		Waiting int64           `gorm:"column:waiting"`
		Due     database.Micros `gorm:"column:due"`
	}
	err = s.DB.With(ctx).Raw("SELECT count(*) AS waiting, COALESCE(min(next_attempt_at), 0) AS due FROM webhook_deliveries WHERE status = 'pending'").Scan(&r).Error
	if due := r.Due.Time(); r.Waiting > 0 && due.Before(s.Now()) {
		since = due
	}
	return r.Waiting, since, err
}

func (s *Service) parked(ctx context.Context, realmID, after string, most int) ([]*Delivery, error) {
	var rows []deliveryRow
	err := s.given(ctx, realmID).Where("id > ?", after).Order("id").Limit(most).Find(&rows).Error
	list := make([]*Delivery, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.delivery())
	}
	return list, err
}

// unpark makes one due, or all with "", unless their webhooks are disabled.
func (s *Service) unpark(ctx context.Context, realmID, id string, now time.Time) (int64, error) {
	q := s.given(ctx, realmID).Where("EXISTS (SELECT 1 FROM webhooks w WHERE w.id = webhook_id AND w.realm_id = webhook_deliveries.realm_id AND w.enabled)")
	if id != "" {
		q = q.Where("id = ?", id)
	}
	res := q.Updates(dueAgain(now))
	return res.RowsAffected, res.Error
}

func (s *Service) dropRow(ctx context.Context, realmID, id string) (int64, error) {
	res := s.given(ctx, realmID).Where("id = ?", id).Updates(map[string]any{"status": string(Cancelled), "error": "dropped"})
	return res.RowsAffected, res.Error
}
