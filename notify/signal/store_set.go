package signal

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

type setRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	StreamID      string          `gorm:"column:stream_id"`
	Claims        string          `gorm:"column:claims"`
	Attempts      int             `gorm:"column:attempts"`
	NextAttemptAt database.Micros `gorm:"column:next_attempt_at"`
	LeaseOwner    string          `gorm:"column:lease_owner"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName implements gorm's Tabler.
func (setRow) TableName() string { return "signal_sets" }

type exclusionRow struct {
	RealmID  string `gorm:"column:realm_id"`
	StreamID string `gorm:"column:stream_id;primaryKey"`
	UserID   string `gorm:"column:user_id;primaryKey"`
}

// TableName implements gorm's Tabler.
func (exclusionRow) TableName() string { return "signal_exclusions" }

const setColumns = "id, realm_id, stream_id, claims, attempts, next_attempt_at, lease_owner, created_at"

func (s *Service) insertSet(ctx context.Context, r setRow) error {
	return s.DB.With(ctx).Create(&r).Error
}

// dueStreams are streams that are pushed to now, the longest waiting first.
func (s *Service) dueStreams(ctx context.Context, now time.Time, most int) (ids []string, err error) {
	err = s.DB.With(ctx).Raw("SELECT q.key FROM ("+database.Heads("signal_sets", "stream_id", "next_attempt_at", "true")+") q JOIN signal_streams t ON t.id = q.key"+
		" WHERE q.at <= ? AND t.method = ? AND t.status = ? ORDER BY q.at, q.key LIMIT ?",
		database.At(now), Push, string(Enabled), most).Scan(&ids).Error
	return ids, err
}

// claim leases tokens of a stream that are due, and counts an attempt of each.
func (s *Service) claim(ctx context.Context, owner, streamID string, now, until time.Time, most int) (rows []setRow, err error) {
	tx := s.DB.With(ctx)
	due := database.Claim(tx.Model(&setRow{}).Select("id").Where("stream_id = ? AND next_attempt_at <= ?", streamID, database.At(now)).
		Order("next_attempt_at, id").Limit(most))
	// MATERIALIZED: chosen once, else PostgreSQL may choose, and lock, anew for each row it updates.
	err = tx.Raw("WITH due AS MATERIALIZED (?) UPDATE signal_sets SET lease_owner = ?, next_attempt_at = ?, attempts = attempts + 1"+
		" WHERE id IN (SELECT id FROM due) RETURNING "+setColumns, due, owner, database.At(until)).Scan(&rows).Error
	return rows, err
}

// postpone gives a token back that its owner still holds.
func (s *Service) postpone(ctx context.Context, r setRow, until time.Time) error {
	return s.DB.With(ctx).Model(&setRow{}).Where("id = ? AND realm_id = ? AND lease_owner = ?", r.ID, r.RealmID, r.LeaseOwner).
		Updates(map[string]any{"lease_owner": "", "next_attempt_at": database.At(until)}).Error
}

// acknowledge forgets tokens of the stream.
func (s *Service) acknowledge(ctx context.Context, realmID, streamID string, ids []string) error {
	return s.DB.With(ctx).Where("realm_id = ? AND stream_id = ? AND id IN ?", realmID, streamID, ids).Delete(&setRow{}).Error
}

func (s *Service) oldest(ctx context.Context, realmID, streamID string, most int) (rows []setRow, err error) {
	err = s.DB.With(ctx).Where("realm_id = ? AND stream_id = ?", realmID, streamID).Order("created_at, id").Limit(most).Find(&rows).Error
	return rows, err
}

func (s *Service) dropSets(ctx context.Context, realmID, streamID string) error {
	return s.DB.With(ctx).Where("realm_id = ? AND stream_id = ?", realmID, streamID).Delete(&setRow{}).Error
}

func (s *Service) sweepSets(ctx context.Context, before time.Time, some int) (int, error) {
	tx := s.DB.With(ctx)
	old := tx.Model(&setRow{}).Select("id").Where("created_at < ?", database.At(before)).Order("created_at").Limit(some)
	res := tx.Where("id IN (?)", old).Delete(&setRow{})
	return int(res.RowsAffected), res.Error
}

func (s *Service) excluded(ctx context.Context, streamID, userID string) (found bool, err error) {
	err = s.DB.With(ctx).Raw("SELECT EXISTS (SELECT 1 FROM signal_exclusions WHERE stream_id = ? AND user_id = ?)", streamID, userID).Scan(&found).Error
	return found, err
}

func (s *Service) exclude(ctx context.Context, realmID, streamID, userID string) error {
	return s.DB.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&exclusionRow{realmID, streamID, userID}).Error
}

func (s *Service) include(ctx context.Context, realmID, streamID, userID string) error {
	return s.DB.With(ctx).Where("realm_id = ? AND stream_id = ? AND user_id = ?", realmID, streamID, userID).Delete(&exclusionRow{}).Error
}

func (s *Service) forgetExclusions(ctx context.Context, realmID, userID string) error {
	return s.DB.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&exclusionRow{}).Error
}
