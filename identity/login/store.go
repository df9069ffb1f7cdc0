package login

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// row is a line of the table login_attempts.
type row struct {
	RealmID     string          `gorm:"column:realm_id;primaryKey"`
	Kind        string          `gorm:"column:kind;primaryKey"`
	KeyDigest   []byte          `gorm:"column:key_digest;primaryKey"`
	Failures    int64           `gorm:"column:failures"`
	Refused     int64           `gorm:"column:refused"`
	LockedUntil database.Micros `gorm:"column:locked_until"`
	Admitted    string          `gorm:"column:admitted"`
	UpdatedAt   database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (row) TableName() string { return "login_attempts" }

// counting counts an attempt on the counters that are open and turns it away on the
// others. One statement decides under the row's lock, so no two attempts see the same
// count, whatever their number and their node.
const counting = `INSERT INTO login_attempts
(realm_id, kind, key_digest, failures, refused, locked_until, admitted, updated_at) VALUES `

const countingAgain = ` ON CONFLICT (realm_id, kind, key_digest) DO UPDATE SET
failures = login_attempts.failures + CASE WHEN login_attempts.locked_until <= excluded.updated_at THEN 1 ELSE 0 END,
refused = login_attempts.refused + CASE WHEN login_attempts.locked_until <= excluded.updated_at THEN 0 ELSE 1 END,
admitted = CASE WHEN login_attempts.locked_until <= excluded.updated_at THEN excluded.admitted ELSE login_attempts.admitted END,
updated_at = excluded.updated_at
RETURNING realm_id, kind, key_digest, failures, refused, locked_until, admitted, updated_at`

// count counts the attempt and returns the counters, in the order of the keys. Callers
// give the keys in one order everywhere, so that two attempts cannot wait for each
// other.
func (s *Service) count(ctx context.Context, realmID, attempt string, keys []counterKey, now time.Time) ([]row, error) {
	marks := make([]string, 0, len(keys))
	args := make([]any, 0, 5*len(keys))
	for _, k := range keys {
		marks = append(marks, "(?, ?, ?, 1, 0, 0, ?, ?)")
		args = append(args, realmID, k.kind, k.digest, attempt, database.At(now))
	}
	var rows []row
	err := s.db.With(ctx).Raw(counting+strings.Join(marks, ", ")+countingAgain, args...).Scan(&rows).Error
	return rows, database.Translate(err)
}

func (s *Service) counter(ctx context.Context, realmID string, k counterKey) *gorm.DB {
	return s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND kind = ? AND key_digest = ?", realmID, k.kind, k.digest)
}

// lock closes a counter that the transaction has just counted on.
func (s *Service) lock(ctx context.Context, realmID string, k counterKey, until time.Time) error {
	return database.Translate(s.counter(ctx, realmID, k).Updates(map[string]any{"locked_until": database.At(until)}).Error)
}

// uncount takes back what the attempt was counted for, and the lock if it was this
// attempt that closed the counter.
func (s *Service) uncount(ctx context.Context, realmID, attempt string, k counterKey) error {
	return database.Translate(s.counter(ctx, realmID, k).Where("failures > 0").Updates(map[string]any{
		"failures":     gorm.Expr("failures - 1"),
		"locked_until": gorm.Expr("CASE WHEN admitted = ? THEN 0 ELSE locked_until END", attempt),
	}).Error)
}

// reset opens a counter and forgets its failures.
func (s *Service) reset(ctx context.Context, realmID string, k counterKey) error {
	res := s.db.With(ctx).Where("realm_id = ? AND kind = ? AND key_digest = ?", realmID, k.kind, k.digest).Delete(&row{})
	return database.Translate(res.Error)
}

// sweep removes up to limit counters of all realms that have been unused for long
// enough and are not closed for good.
func (s *Service) sweep(ctx context.Context, now time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&row{}).Select("realm_id", "kind", "key_digest").
		Where("locked_until <= ?", database.At(now)).
		Where("updated_at < ? AND (failures <= ? OR updated_at < ?)",
			database.At(now.Add(-forgetFew)), few, database.At(now.Add(-forgetAfter))).
		Limit(limit)
	res := s.db.With(ctx).Where("(realm_id, kind, key_digest) IN (?)", old).Delete(&row{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
