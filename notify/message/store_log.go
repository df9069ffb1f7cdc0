package message

import (
	"context"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
	"authserver/internal/letter"
)

// logRow is a line of email_log or sms_log, which are alike.
type logRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	UserID        string          `gorm:"column:user_id"`
	ApplicationID string          `gorm:"column:application_id"`
	Kind          string          `gorm:"column:kind"`
	Provider      string          `gorm:"column:provider"`
	ProviderMsgID string          `gorm:"column:provider_msg_id"`
	FromAddress   string          `gorm:"column:from_address"`
	ToAddress     string          `gorm:"column:to_address"`
	ToKey         string          `gorm:"column:to_key"`
	Summary       string          `gorm:"column:summary"`
	Status        string          `gorm:"column:status"`
	LastEvent     string          `gorm:"column:last_event"`
	LastEventAt   database.Micros `gorm:"column:last_event_at"`
	Attempts      int             `gorm:"column:attempts"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt     database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

func (s *Service) logTable(ctx context.Context, channel letter.Channel) *gorm.DB {
	return s.db.With(ctx).Table(logOf(channel))
}

func (s *Service) insertLog(ctx context.Context, channel letter.Channel, r logRow) error {
	return s.logTable(ctx, channel).Create(&r).Error
}

// updateLog writes what has become of a letter.
func (s *Service) updateLog(ctx context.Context, channel letter.Channel, realmID, letterID string, changed map[string]any) error {
	return s.logTable(ctx, channel).Where("realm_id = ? AND id = ?", realmID, letterID).Updates(changed).Error
}

// recent counts what was sent to an address, in all and of one kind.
func (s *Service) recent(ctx context.Context, channel letter.Channel, realmID, to, kind string, since time.Time) (all, same int64, err error) {
	var n struct {
		Sent int64 `gorm:"column:sent"`
		Same int64 `gorm:"column:same"`
	}
	err = s.logTable(ctx, channel).Select("count(*) AS sent, count(CASE WHEN kind = ? THEN 1 END) AS same", kind).
		Where("realm_id = ? AND to_key = ? AND created_at > ? AND status <> ?", realmID, to, database.At(since), string(Withheld)).
		Scan(&n).Error
	return n.Sent, n.Same, err
}

// byProvider finds a letter by what its provider calls it, in whichever realm.
func (s *Service) byProvider(ctx context.Context, channel letter.Channel, provider, messageID string) (logRow, error) {
	var r logRow
	err := s.logTable(ctx, channel).Where("provider = ? AND provider_msg_id = ?", provider, messageID).
		Order("created_at").Limit(1).Take(&r).Error
	return r, err
}

func (s *Service) logged(ctx context.Context, channel letter.Channel, realmID, letterID string) (logRow, error) {
	var r logRow
	err := s.logTable(ctx, channel).Where("realm_id = ? AND id = ?", realmID, letterID).Take(&r).Error
	return r, err
}

func (s *Service) listLog(ctx context.Context, realmID string, f Filter) (rows []logRow, err error) {
	q := s.logTable(ctx, f.Channel).Where("realm_id = ?", realmID).Order("id DESC").Limit(f.Limit)
	if f.Before != "" {
		q = q.Where("id < ?", f.Before)
	}
	if f.UserID != "" {
		q = q.Where("user_id = ?", f.UserID)
	}
	if f.To != "" {
		q = q.Where("to_key = ?", key(f.Channel, f.To))
	}
	if f.Status != "" {
		q = q.Where("status = ?", string(f.Status))
	}
	err = q.Find(&rows).Error
	return rows, err
}

// forget takes a person out of the log, also where they were written to before there was
// an account.
func (s *Service) forget(ctx context.Context, channel letter.Channel, realmID, userID string) error {
	theirs := s.logTable(ctx, channel).Select("to_key").Where("realm_id = ? AND user_id = ?", realmID, userID)
	return s.logTable(ctx, channel).Where("realm_id = ? AND (user_id = ? OR user_id = '' AND to_key IN (?))", realmID, userID, theirs).
		Updates(map[string]any{"user_id": "", "to_address": "", "to_key": "", "summary": ""}).Error
}

// sweepLog removes up to limit lines of a log that are older than a time.
func (s *Service) sweepLog(ctx context.Context, channel letter.Channel, before time.Time, limit int) (int, error) {
	old := s.logTable(ctx, channel).Select("id").Where("created_at < ?", database.At(before)).Limit(limit)
	res := s.logTable(ctx, channel).Where("id IN (?)", old).Delete(&logRow{})
	return int(res.RowsAffected), res.Error
}

// reportRow is a line of letter_reports.
type reportRow struct {
	Provider string          `gorm:"column:provider;primaryKey"`
	EventID  string          `gorm:"column:event_id;primaryKey"`
	At       database.Micros `gorm:"column:at"`
}

// TableName names the table.
func (reportRow) TableName() string { return "letter_reports" }

// firstTime notes a provider's report and tells whether it is new.
func (s *Service) firstTime(ctx context.Context, provider, eventID string, now time.Time) (bool, error) {
	res := s.db.With(ctx).Exec("INSERT INTO letter_reports (provider, event_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
		provider, eventID, database.At(now))
	return res.RowsAffected == 1, res.Error
}

func (s *Service) sweepReports(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&reportRow{}).Select("provider", "event_id").Where("at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("(provider, event_id) IN (?)", old).Delete(&reportRow{})
	return int(res.RowsAffected), res.Error
}
