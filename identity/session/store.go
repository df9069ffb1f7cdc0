package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// row is a line of the table sessions.
type row struct {
	ID              string          `gorm:"column:id;primaryKey"`
	RealmID         string          `gorm:"column:realm_id"`
	UserID          string          `gorm:"column:user_id"`
	Digest          []byte          `gorm:"column:digest"`
	AuthenticatedAt database.Micros `gorm:"column:authenticated_at"`
	AMR             string          `gorm:"column:amr"`
	ACR             string          `gorm:"column:acr"`
	IP              string          `gorm:"column:ip"`
	UserAgent       string          `gorm:"column:user_agent"`
	ApplicationID   string          `gorm:"column:application_id"`
	DeviceID        string          `gorm:"column:device_id"`
	Held            bool            `gorm:"column:held"`
	CreatedAt       database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	LastSeenAt      database.Micros `gorm:"column:last_seen_at"`
	IdleExpiresAt   database.Micros `gorm:"column:idle_expires_at"`
	ExpiresAt       database.Micros `gorm:"column:expires_at"`
	EndedAt         database.Micros `gorm:"column:ended_at"`
	EndedReason     string          `gorm:"column:ended_reason"`
}

// TableName names the table.
func (row) TableName() string { return "sessions" }

func (r row) session() (*Session, error) {
	s := &Session{
		ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, ACR: r.ACR, IP: r.IP, UserAgent: r.UserAgent,
		ApplicationID: r.ApplicationID, DeviceID: r.DeviceID, Held: r.Held, AuthenticatedAt: r.AuthenticatedAt.Time(), CreatedAt: r.CreatedAt.Time(), LastSeenAt: r.LastSeenAt.Time(),
		IdleExpiresAt: r.IdleExpiresAt.Time(), ExpiresAt: r.ExpiresAt.Time(), EndedAt: r.EndedAt.Time(),
	}
	if err := json.Unmarshal([]byte(r.AMR), &s.AMR); err != nil {
		return nil, fmt.Errorf("decode amr of session %s: %w", r.ID, err)
	}
	return s, nil
}

// columns are what an authentication writes.
func columns(s *Session, digest []byte) (map[string]any, error) {
	amr, err := json.Marshal(s.AMR)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"digest": digest, "authenticated_at": database.At(s.AuthenticatedAt), "amr": string(amr), "acr": s.ACR,
		"ip": s.IP, "user_agent": s.UserAgent, "last_seen_at": database.At(s.LastSeenAt),
		"idle_expires_at": database.At(s.IdleExpiresAt), "expires_at": database.At(s.ExpiresAt),
	}, nil
}

func (s *Service) insert(ctx context.Context, n *Session, digest []byte) error {
	c, err := columns(n, digest)
	if err != nil {
		return err
	}
	line := row{
		ID: n.ID, RealmID: n.RealmID, UserID: n.UserID, Digest: digest, AMR: c["amr"].(string), ACR: n.ACR,
		IP: n.IP, UserAgent: n.UserAgent, ApplicationID: n.ApplicationID, AuthenticatedAt: database.At(n.AuthenticatedAt), CreatedAt: database.At(n.CreatedAt),
		LastSeenAt: database.At(n.LastSeenAt), IdleExpiresAt: database.At(n.IdleExpiresAt), ExpiresAt: database.At(n.ExpiresAt),
	}
	return database.Translate(s.db.With(ctx).Create(&line).Error)
}

// live selects the session as long as it opens anything.
func (s *Service) live(ctx context.Context, realmID, sessionID string, now time.Time) *gorm.DB {
	return s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ?", realmID, sessionID).
		Where("ended_at = 0 AND idle_expires_at > ?", database.At(now))
}

// write changes a live session and reports whether it still was one.
func (s *Service) write(ctx context.Context, realmID, sessionID string, columns map[string]any, now time.Time) (bool, error) {
	res := s.live(ctx, realmID, sessionID, now).Updates(columns)
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// find returns one session, or nil when there is none.
func (s *Service) find(ctx context.Context, condition string, args ...any) (*Session, error) {
	var r row
	err := database.Translate(s.db.With(ctx).Where(condition, args...).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	return r.session()
}

// living returns a user's sessions that still open anything, the last used first.
func (s *Service) living(ctx context.Context, realmID, userID string, now time.Time) ([]*Session, error) {
	var rows []row
	err := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND ended_at = 0 AND idle_expires_at > ?", realmID, userID, database.At(now)).
		Order("last_seen_at DESC, id").Limit(listMost).Find(&rows).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	out := make([]*Session, len(rows))
	for i, r := range rows {
		if out[i], err = r.session(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// end ends what the condition selects of a realm's sessions, and returns what it
// ended. Those that expired on their own count too: their grants may live on.
func (s *Service) end(ctx context.Context, realmID, reason string, now time.Time, condition string, args ...any) ([]row, error) {
	var ended []row
	res := s.db.With(ctx).Model(&ended).
		Clauses(clause.Returning{Columns: []clause.Column{{Name: "id"}, {Name: "user_id"}, {Name: "idle_expires_at"}}}).
		Where("realm_id = ? AND ended_at = 0", realmID).Where(condition, args...).
		Updates(map[string]any{"ended_at": database.At(now), "ended_reason": reason})
	return ended, database.Translate(res.Error)
}

// sweep removes up to limit sessions of all realms that were over before the time.
func (s *Service) sweep(ctx context.Context, before time.Time, limit int) (int, error) {
	over := s.db.With(ctx).Model(&row{}).Select("id").Where("idle_expires_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", over).Delete(&row{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
