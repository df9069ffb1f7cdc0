package message

import (
	"cmp"
	"context"
	"slices"
	"time"

	"authserver/internal/database"
	"authserver/internal/letter"
)

// row is a line of the table letters.
type row struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	Channel       string          `gorm:"column:channel"`
	Kind          string          `gorm:"column:kind"`
	Sealed        string          `gorm:"column:sealed"`
	Attempts      int             `gorm:"column:attempts"`
	NextAttemptAt database.Micros `gorm:"column:next_attempt_at"`
	ExpiresAt     database.Micros `gorm:"column:expires_at"`
	LeaseOwner    string          `gorm:"column:lease_owner"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (row) TableName() string { return "letters" }

const columns = "id, realm_id, channel, kind, sealed, attempts, next_attempt_at, expires_at, lease_owner, created_at"

func (s *Service) insert(ctx context.Context, r row) error {
	return s.db.With(ctx).Create(&r).Error
}

// due tells, without a transaction, whether there is anything to claim.
func (s *Service) due(ctx context.Context, now time.Time, channels []letter.Channel) (bool, error) {
	var found bool
	err := s.db.With(ctx).Raw("SELECT EXISTS (SELECT 1 FROM letters WHERE next_attempt_at <= ? AND channel IN ?)", database.At(now), channels).
		Scan(&found).Error
	return found, err
}

// claim leases the letters that are due, the oldest first, and counts an attempt of
// each, so that one that kills its worker cannot do so for ever.
func (s *Service) claim(ctx context.Context, owner string, channels []letter.Channel, now, until time.Time) ([]row, error) {
	tx := s.db.With(ctx)
	due := database.Claim(tx.Model(&row{}).Select("id").Where("next_attempt_at <= ? AND channel IN ?", database.At(now), channels).
		Order("next_attempt_at, id").Limit(batch))
	var rows []row
	// MATERIALIZED: chosen once, else PostgreSQL may choose, and lock, anew for each row it updates.
	err := tx.Raw("WITH due AS MATERIALIZED (?) UPDATE letters SET lease_owner = ?, next_attempt_at = ?, attempts = attempts + 1"+
		" WHERE id IN (SELECT id FROM due) RETURNING "+columns, due, owner, database.At(until)).Scan(&rows).Error
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	return rows, err
}

// remove erases a letter that the owner still holds, and tells whether it did.
func (s *Service) remove(ctx context.Context, r row) (bool, error) {
	res := s.db.With(ctx).Where("id = ? AND realm_id = ? AND lease_owner = ?", r.ID, r.RealmID, r.LeaseOwner).Delete(&row{})
	return res.RowsAffected == 1, res.Error
}

// postpone gives a letter back until a time.
func (s *Service) postpone(ctx context.Context, r row, until time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("id = ? AND realm_id = ? AND lease_owner = ?", r.ID, r.RealmID, r.LeaseOwner).
		Updates(map[string]any{"lease_owner": "", "next_attempt_at": database.At(until)})
	return res.RowsAffected == 1, res.Error
}

// Waiting returns how many letters wait to be sent, in all realms: for metrics.
func (s *Service) Waiting(ctx context.Context) (int64, error) {
	var n int64
	err := s.db.With(ctx).Model(&row{}).Count(&n).Error
	return n, err
}

// Queue returns how many letters wait on each channel, and when the one was queued
// that has waited longest, in all realms: for metrics.
func (s *Service) Queue(ctx context.Context) (map[letter.Channel]Queue, error) {
	var rows []struct {
		Channel string          `gorm:"column:channel"`
		Waiting int64           `gorm:"column:waiting"`
		Since   database.Micros `gorm:"column:since"`
	}
	err := s.db.With(ctx).Raw("SELECT channel, count(*) AS waiting, min(created_at) AS since FROM letters GROUP BY channel").Scan(&rows).Error
	queues := map[letter.Channel]Queue{letter.Email: {}, letter.SMS: {}}
	for _, r := range rows {
		queues[letter.Channel(r.Channel)] = Queue{r.Waiting, r.Since.Time()}
	}
	return queues, err
}

// Queue is what waits to be sent.
type Queue struct {
	Waiting int64
	Since   time.Time // when the oldest was queued; zero when none waits
}

// logOf is the log of a channel.
func logOf(channel letter.Channel) string {
	if channel == letter.SMS {
		return "sms_log"
	}
	return "email_log"
}
