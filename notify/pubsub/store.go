package pubsub

import (
	"cmp"
	"context"
	"slices"
	"time"

	"authserver/internal/database"
)

// row is a line of the table bus_messages.
type row struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	Type          string          `gorm:"column:type"`
	Body          string          `gorm:"column:body"`
	Attempts      int             `gorm:"column:attempts"`
	NextAttemptAt database.Micros `gorm:"column:next_attempt_at"`
	LeaseOwner    string          `gorm:"column:lease_owner"`
	Failure       string          `gorm:"column:failure"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (row) TableName() string { return "bus_messages" }

func (s *Service) insert(ctx context.Context, r row) error { return s.db.With(ctx).Create(&r).Error }

// due tells, without a transaction, whether there is anything to claim.
func (s *Service) due(ctx context.Context, now time.Time) (found bool, err error) {
	err = s.db.With(ctx).Raw("SELECT EXISTS (SELECT 1 FROM bus_messages WHERE next_attempt_at <= ?)", database.At(now)).Scan(&found).Error
	return found, err
}

// claim leases the messages that are due, of all realms, the oldest first, and counts an
// attempt of each.
func (s *Service) claim(ctx context.Context, owner string, now, until time.Time) (rows []row, err error) {
	tx := s.db.With(ctx)
	due := database.Claim(tx.Model(&row{}).Select("id").Where("next_attempt_at <= ?", database.At(now)).Order("next_attempt_at, id").Limit(batch))
	// MATERIALIZED: chosen once, else PostgreSQL may choose, and lock, anew for each row it updates.
	err = tx.Raw("WITH due AS MATERIALIZED (?) UPDATE bus_messages SET lease_owner = ?, next_attempt_at = ?, attempts = attempts + 1"+
		" WHERE id IN (SELECT id FROM due) RETURNING *", due, owner, database.At(until)).Scan(&rows).Error
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID)) })
	return rows, err
}

// remove forgets messages that the owner still holds. Those that it does not will be
// published again by whoever does.
func (s *Service) remove(ctx context.Context, owner string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.db.With(ctx).Where("id IN ? AND lease_owner = ?", ids, owner).Delete(&row{}).Error
}

// postpone gives a message back until a time.
func (s *Service) postpone(ctx context.Context, owner, id, failure string, until time.Time) error {
	return s.db.With(ctx).Model(&row{}).Where("id = ? AND lease_owner = ?", id, owner).
		Updates(map[string]any{"lease_owner": "", "next_attempt_at": database.At(until), "failure": failure}).Error
}

func (s *Service) backlog(ctx context.Context) (waiting int64, since database.Micros, err error) {
	var n struct {
		Waiting int64           `gorm:"column:waiting"`
		Since   database.Micros `gorm:"column:since"`
	}
	err = s.db.With(ctx).Raw("SELECT count(*) AS waiting, coalesce(min(created_at), 0) AS since FROM bus_messages").Scan(&n).Error
	return n.Waiting, n.Since, err
}

// processedRow is a line of the table bus_processed.
type processedRow struct {
	Consumer    string          `gorm:"column:consumer;primaryKey"`
	MessageID   string          `gorm:"column:message_id;primaryKey"`
	ProcessedAt database.Micros `gorm:"column:processed_at"`
}

// TableName names the table.
func (processedRow) TableName() string { return "bus_processed" }

// firstTime notes a message and tells whether it was not noted before.
func (s *Service) firstTime(ctx context.Context, consumer, messageID string) (bool, error) {
	res := s.db.With(ctx).Exec("INSERT INTO bus_processed (consumer, message_id, processed_at) VALUES (?, ?, ?) ON CONFLICT (consumer, message_id) DO NOTHING",
		consumer, messageID, database.At(s.now()))
	return res.RowsAffected == 1, res.Error
}

// deadRow is a line of the table bus_dead.
type deadRow struct {
	ID        string          `gorm:"column:id;primaryKey"`
	Consumer  string          `gorm:"column:consumer"`
	MessageID string          `gorm:"column:message_id"`
	Reason    string          `gorm:"column:reason"`
	Detail    string          `gorm:"column:detail"`
	Body      string          `gorm:"column:body"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (deadRow) TableName() string { return "bus_dead" }

func (s *Service) bury(ctx context.Context, r deadRow) error { return s.db.With(ctx).Create(&r).Error }

func (s *Service) buried(ctx context.Context, consumer string) (rows []deadRow, err error) {
	err = s.db.With(ctx).Where("consumer = ?", consumer).Order("created_at, id").Limit(1000).Find(&rows).Error
	return rows, err
}

// sweep removes some of what is older than it is kept.
func (s *Service) sweep(ctx context.Context, processed, dead time.Time, limit int) (int, error) {
	tx := s.db.With(ctx)
	old := tx.Model(&processedRow{}).Select("consumer", "message_id").Where("processed_at < ?", database.At(processed)).Limit(limit)
	a := s.db.With(ctx).Where("(consumer, message_id) IN (?)", old).Delete(&processedRow{})
	if a.Error != nil {
		return 0, a.Error
	}
	b := s.db.With(ctx).Where("id IN (?)", s.db.With(ctx).Model(&deadRow{}).Select("id").Where("created_at < ?", database.At(dead)).Limit(limit)).Delete(&deadRow{})
	return int(a.RowsAffected + b.RowsAffected), b.Error
}
