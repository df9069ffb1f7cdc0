package webhook

import (
	"cmp"
	"context"
	"slices"
	"time"

	"authserver/internal/database"
)

type deliveryRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	WebhookID     string          `gorm:"column:webhook_id"`
	EventID       string          `gorm:"column:event_id"`
	EventType     string          `gorm:"column:event_type"`
	Body          string          `gorm:"column:body"`
	Status        string          `gorm:"column:status"`
	Attempts      int             `gorm:"column:attempts"`
	NextAttemptAt database.Micros `gorm:"column:next_attempt_at"`
	LeaseOwner    string          `gorm:"column:lease_owner"`
	Error         string          `gorm:"column:error"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	FinishedAt    database.Micros `gorm:"column:finished_at"`
}

// TableName implements gorm's Tabler.
func (deliveryRow) TableName() string { return "webhook_deliveries" }

func (r deliveryRow) delivery() *Delivery {
	return &Delivery{
		r.ID, r.RealmID, r.WebhookID, r.EventID, r.EventType, r.Body, Status(r.Status), r.Attempts, r.NextAttemptAt.Time(), r.Error,
		r.CreatedAt.Time(), r.FinishedAt.Time(),
	}
}

type attemptRow struct {
	ID         string          `gorm:"column:id;primaryKey"`
	RealmID    string          `gorm:"column:realm_id"`
	DeliveryID string          `gorm:"column:delivery_id"`
	Number     int             `gorm:"column:number"`
	At         database.Micros `gorm:"column:at"`
	Duration   int64           `gorm:"column:duration"`
	StatusCode int             `gorm:"column:status_code"`
	Error      string          `gorm:"column:error"`
	Excerpt    string          `gorm:"column:excerpt"`
}

// TableName implements gorm's Tabler.
func (attemptRow) TableName() string { return "webhook_attempts" }

const deliveryColumns = "id, realm_id, webhook_id, event_id, event_type, body, status, attempts, next_attempt_at, lease_owner, error, created_at, finished_at"

func (s *Service) insertDelivery(ctx context.Context, r deliveryRow) error {
	return s.DB.With(ctx).Create(&r).Error
}

func (s *Service) insertAttempt(ctx context.Context, r attemptRow) error {
	return s.DB.With(ctx).Create(&r).Error
}

// waiting reports whether so many deliveries wait for the webhook.
func (s *Service) waiting(ctx context.Context, webhookID string, most int) (bool, error) {
	var found bool
	err := s.DB.With(ctx).Raw("SELECT EXISTS (SELECT 1 FROM webhook_deliveries WHERE webhook_id = ? AND status = 'pending' LIMIT 1 OFFSET ?)", webhookID, most-1).
		Scan(&found).Error
	return found, err
}

// dueWebhooks are ids of webhooks that have deliveries to be sent, the longest waiting
// first: those that failed last, or the others.
func (s *Service) dueWebhooks(ctx context.Context, ailing bool, now time.Time, most int) (ids []string, err error) {
	err = s.DB.With(ctx).Raw("SELECT d.key FROM ("+database.Heads("webhook_deliveries", "webhook_id", "next_attempt_at", "status = 'pending'")+") d"+
		" LEFT JOIN webhooks w ON w.id = d.key WHERE d.at <= ? AND (COALESCE(w.failures, 0) > 0) = ? ORDER BY d.at, d.key LIMIT ?",
		database.At(now), ailing, most).Scan(&ids).Error
	return ids, err
}

// claim leases deliveries of a webhook that are due, and counts an attempt of each, so that
// one that kills its worker cannot do so for ever.
func (s *Service) claim(ctx context.Context, owner, webhookID string, now, until time.Time, most int) ([]deliveryRow, error) {
	tx := s.DB.With(ctx)
	due := database.Claim(tx.Model(&deliveryRow{}).Select("id").Where("webhook_id = ? AND status = 'pending' AND next_attempt_at <= ?", webhookID, database.At(now)).
		Order("next_attempt_at, id").Limit(most))
	var rows []deliveryRow
	// MATERIALIZED: chosen once, else PostgreSQL may choose, and lock, anew for each row it updates.
	err := tx.Raw("WITH due AS MATERIALIZED (?) UPDATE webhook_deliveries SET lease_owner = ?, next_attempt_at = ?, attempts = attempts + 1"+
		" WHERE id IN (SELECT id FROM due) RETURNING "+deliveryColumns, due, owner, database.At(until)).Scan(&rows).Error
	slices.SortFunc(rows, func(a, b deliveryRow) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return rows, err
}

// settle writes what became of a delivery that its owner still holds, and tells whether
// it did.
func (s *Service) settle(ctx context.Context, r deliveryRow, status Status, failed string, next, finished time.Time) (bool, error) {
	res := s.DB.With(ctx).Model(&deliveryRow{}).Where("id = ? AND realm_id = ? AND lease_owner = ? AND status = 'pending'", r.ID, r.RealmID, r.LeaseOwner).
		Updates(map[string]any{
			"status": string(status), "error": failed, "lease_owner": "", "next_attempt_at": database.At(next), "finished_at": database.At(finished),
		})
	return res.RowsAffected == 1, res.Error
}

// cancel ends everything that waits for a webhook.
func (s *Service) cancel(ctx context.Context, realmID, webhookID, reason string, now time.Time) error {
	return s.DB.With(ctx).Model(&deliveryRow{}).Where("webhook_id = ? AND realm_id = ? AND status = 'pending'", webhookID, realmID).
		Updates(map[string]any{"status": string(Cancelled), "error": reason, "lease_owner": "", "finished_at": database.At(now)}).Error
}

func (s *Service) findDelivery(ctx context.Context, realmID, webhookID, id string) (*Delivery, error) {
	var r deliveryRow
	err := s.DB.With(ctx).Where("realm_id = ? AND webhook_id = ? AND id = ?", realmID, webhookID, id).Take(&r).Error
	return r.delivery(), database.Translate(err)
}

// deliveries are those of a webhook, the newest first.
func (s *Service) deliveries(ctx context.Context, realmID, webhookID string, f Filter) ([]*Delivery, error) {
	q := s.DB.With(ctx).Where("realm_id = ? AND webhook_id = ?", realmID, webhookID)
	if f.BeforeID != "" {
		q = q.Where("(created_at, id) < (?, ?)", database.At(f.BeforeAt), f.BeforeID)
	}
	if f.Status != "" {
		q = q.Where("status = ?", string(f.Status))
	}
	if f.EventType != "" {
		q = q.Where("event_type = ?", f.EventType)
	}
	if !f.Since.IsZero() {
		q = q.Where("created_at >= ?", database.At(f.Since))
	}
	if !f.Until.IsZero() {
		q = q.Where("created_at < ?", database.At(f.Until))
	}
	var rows []deliveryRow
	err := q.Order("created_at DESC, id DESC").Limit(f.Limit).Find(&rows).Error
	list := make([]*Delivery, 0, len(rows))
	for _, r := range rows {
		list = append(list, r.delivery())
	}
	return list, err
}

func (s *Service) attempts(ctx context.Context, realmID, deliveryID string) ([]Attempt, error) {
	var rows []attemptRow
	err := s.DB.With(ctx).Where("realm_id = ? AND delivery_id = ?", realmID, deliveryID).Order("id").Limit(100).Find(&rows).Error
	list := make([]Attempt, 0, len(rows))
	for _, r := range rows {
		list = append(list, Attempt{r.Number, r.At.Time(), time.Duration(r.Duration) * time.Microsecond, r.StatusCode, r.Error, r.Excerpt})
	}
	return list, err
}

// dueAgain is what a delivery has that begins anew.
func dueAgain(now time.Time) map[string]any {
	return map[string]any{"status": string(Pending), "attempts": 0, "next_attempt_at": database.At(now), "lease_owner": "", "error": "", "finished_at": 0}
}

// again makes a delivery due that is not pending, and tells whether it did.
func (s *Service) again(ctx context.Context, realmID, webhookID, id string, now time.Time) (bool, error) {
	res := s.DB.With(ctx).Model(&deliveryRow{}).Where("realm_id = ? AND webhook_id = ? AND id = ? AND status <> 'pending'", realmID, webhookID, id).
		Updates(dueAgain(now))
	return res.RowsAffected == 1, res.Error
}

// sweepDeliveries removes old deliveries that do not wait.
func (s *Service) sweepDeliveries(ctx context.Context, before time.Time, some int) (int, error) {
	tx := s.DB.With(ctx)
	old := tx.Model(&deliveryRow{}).Select("id").Where("created_at < ? AND status <> 'pending'", database.At(before)).Order("created_at").Limit(some)
	res := tx.Where("id IN (?)", old).Delete(&deliveryRow{})
	return int(res.RowsAffected), res.Error
}

func (s *Service) sweepAttempts(ctx context.Context, before time.Time, some int) (int, error) {
	tx := s.DB.With(ctx)
	old := tx.Model(&attemptRow{}).Select("id").Where("at < ?", database.At(before)).Order("at").Limit(some)
	res := tx.Where("id IN (?)", old).Delete(&attemptRow{})
	return int(res.RowsAffected), res.Error
}
