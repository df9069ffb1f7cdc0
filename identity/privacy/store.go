package privacy

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
	"authserver/internal/id"
)

// row is a line of the table privacy_exports.
type row struct {
	RealmID    string          `gorm:"column:realm_id;primaryKey"`
	UserID     string          `gorm:"column:user_id;primaryKey"`
	ID         string          `gorm:"column:id"`
	Status     string          `gorm:"column:status"`
	AskedAt    database.Micros `gorm:"column:asked_at"`
	CreatedAt  database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	Attempts   int             `gorm:"column:attempts"`
	LeaseUntil database.Micros `gorm:"column:lease_until"`
	ReadyAt    database.Micros `gorm:"column:ready_at"`
	ExpiresAt  database.Micros `gorm:"column:expires_at"`
	Size       int64           `gorm:"column:size"`
}

// TableName names the table.
func (row) TableName() string { return "privacy_exports" }

func (r row) copy() *Copy {
	return &Copy{
		ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, Status: r.Status, CreatedAt: r.CreatedAt.Time(),
		ReadyAt: r.ReadyAt.Time(), ExpiresAt: r.ExpiresAt.Time(), Size: r.Size,
	}
}

// chunkRow is a line of the table privacy_export_chunks.
type chunkRow struct {
	ExportID string `gorm:"column:export_id;primaryKey"`
	N        int    `gorm:"column:n;primaryKey"`
	Body     string `gorm:"column:body"`
}

// TableName names the table.
func (chunkRow) TableName() string { return "privacy_export_chunks" }

// ask counts that a person asks, and reports false when they do so too soon.
func (s *Service) ask(ctx context.Context, realmID, userID string, now time.Time) (bool, error) {
	at := database.At(now)
	res := s.db.With(ctx).Exec("INSERT INTO privacy_exports (realm_id, user_id, id, status, asked_at, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)"+
		" ON CONFLICT (realm_id, user_id) DO UPDATE SET asked_at = ? WHERE privacy_exports.asked_at <= ?",
		realmID, userID, id.New(), none, at, at, database.At(now.Add(keeps)), at, database.At(now.Add(-pause)))
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// begin puts a new copy in the place of the one before.
func (s *Service) begin(ctx context.Context, c *Copy) error {
	var before row
	err := database.Translate(database.Lock(s.db.With(ctx)).Where("realm_id = ? AND user_id = ?", c.RealmID, c.UserID).Take(&before).Error)
	if err != nil {
		return err
	}
	if err := s.db.With(ctx).Where("export_id = ?", before.ID).Delete(&chunkRow{}).Error; err != nil {
		return err
	}
	return s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND user_id = ?", c.RealmID, c.UserID).Updates(map[string]any{
		"id": c.ID, "status": c.Status, "created_at": database.At(c.CreatedAt), "attempts": 0, "lease_until": database.Micros(0),
		"ready_at": database.At(c.ReadyAt), "expires_at": database.At(c.ExpiresAt), "size": c.Size,
	}).Error
}

func (s *Service) insertChunk(ctx context.Context, exportID string, n int, sealed string) error {
	return s.db.With(ctx).Create(&chunkRow{ExportID: exportID, N: n, Body: sealed}).Error
}

// chunk returns a piece, "" after the last.
func (s *Service) chunk(ctx context.Context, exportID string, n int) (string, error) {
	var rows []chunkRow
	err := s.db.With(ctx).Where("export_id = ? AND n = ?", exportID, n).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Body, nil
}

// find returns the copy of a person that is to be shown, or nil.
func (s *Service) find(ctx context.Context, realmID, userID string, now time.Time) (*Copy, error) {
	var r row
	err := database.Translate(s.db.With(ctx).
		Where("realm_id = ? AND user_id = ? AND status <> ? AND expires_at > ?", realmID, userID, none, database.At(now)).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return r.copy(), nil
}

// claim takes a copy that waits for itself, for so long, and counts the attempt.
func (s *Service) claim(ctx context.Context, now time.Time, lease time.Duration) (c *Copy, attempts int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		c = nil
		var rows []row
		err := database.Claim(s.db.With(ctx).Where("status = ? AND lease_until <= ?", waiting, database.At(now)).
			Order("lease_until").Order("id").Limit(1)).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		c, attempts = rows[0].copy(), rows[0].Attempts+1
		return s.db.With(ctx).Model(&row{}).Where("id = ? AND status = ?", c.ID, waiting).
			Updates(map[string]any{"lease_until": database.At(now.Add(lease)), "attempts": attempts}).Error
	})
	return c, attempts, err
}

// finish marks a copy as ready, if it still waits.
func (s *Service) finish(ctx context.Context, c *Copy, size int64, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND status = ?", c.RealmID, c.ID, waiting).Updates(map[string]any{
		"status": ready, "ready_at": database.At(now), "expires_at": database.At(now.Add(keeps)), "size": size,
	})
	return res.RowsAffected == 1, res.Error
}

func (s *Service) giveUp(ctx context.Context, c *Copy) error {
	return s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND status = ?", c.RealmID, c.ID, waiting).
		Update("status", failed).Error
}

// remove takes away what is kept for a person; the pieces go with it.
func (s *Service) remove(ctx context.Context, realmID, userID string) error {
	return s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&row{}).Error
}

// sweep removes some copies whose time is over and returns how many.
func (s *Service) sweep(ctx context.Context, now time.Time, most int) (int, error) {
	old := s.db.With(ctx).Model(&row{}).Select("id").Where("expires_at <= ?", database.At(now)).Order("expires_at").Limit(most)
	res := s.db.With(ctx).Session(&gorm.Session{}).Where("id IN (?)", old).Delete(&row{})
	return int(res.RowsAffected), res.Error
}
