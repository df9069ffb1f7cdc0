package inapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// sendingRow is a line of the table notification_sendings.
type sendingRow struct {
	ID         string          `gorm:"column:id;primaryKey"`
	RealmID    string          `gorm:"column:realm_id"`
	Kind       string          `gorm:"column:kind"`
	Audience   string          `gorm:"column:audience"`
	AudienceID string          `gorm:"column:audience_id"`
	SourceID   string          `gorm:"column:source_id"`
	Priority   string          `gorm:"column:priority"`
	Icon       string          `gorm:"column:icon"`
	Link       string          `gorm:"column:link"`
	Title      string          `gorm:"column:title"`
	Body       string          `gorm:"column:body"`
	Data       string          `gorm:"column:data"`
	SenderKind string          `gorm:"column:sender_kind"`
	SenderID   string          `gorm:"column:sender_id"`
	Status     string          `gorm:"column:status"`
	Reached    int64           `gorm:"column:reached"`
	LastUser   string          `gorm:"column:last_user"`
	CreatedAt  database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	StartsAt   database.Micros `gorm:"column:starts_at"`
	ExpiresAt  database.Micros `gorm:"column:expires_at"`
	FinishedAt database.Micros `gorm:"column:finished_at"`
	LeaseOwner string          `gorm:"column:lease_owner"`
	LeaseUntil database.Micros `gorm:"column:lease_until"`
}

// TableName names the table.
func (sendingRow) TableName() string { return "notification_sendings" }

func (r sendingRow) sending() (Sending, error) {
	g := Sending{
		ID: r.ID, RealmID: r.RealmID, Kind: r.Kind, Audience: r.Audience, AudienceID: r.AudienceID, SourceID: r.SourceID, Priority: Priority(r.Priority),
		Icon: r.Icon, Link: r.Link, Title: r.Title, Body: r.Body, SenderKind: r.SenderKind, SenderID: r.SenderID, Status: Status(r.Status),
		Reached: r.Reached, LastUser: r.LastUser, CreatedAt: r.CreatedAt.Time(), StartsAt: r.StartsAt.Time(), FinishedAt: r.FinishedAt.Time(),
		ExpiresAt: r.ExpiresAt.Time(),
	}
	if err := json.Unmarshal([]byte(r.Data), &g.Values); err != nil {
		return g, fmt.Errorf("decode sending %s: %w", r.ID, err)
	}
	return g, nil
}

func (s *Service) insertSending(ctx context.Context, g Sending) error {
	if g.Values == nil {
		g.Values = map[string]string{}
	}
	data, err := json.Marshal(g.Values)
	if err != nil {
		return err
	}
	return database.Translate(s.db.With(ctx).Create(&sendingRow{
		ID: g.ID, RealmID: g.RealmID, Kind: g.Kind, Audience: g.Audience, AudienceID: g.AudienceID, SourceID: g.SourceID, Priority: string(g.Priority),
		Icon: g.Icon, Link: g.Link, Title: g.Title, Body: g.Body, Data: string(data), SenderKind: g.SenderKind, SenderID: g.SenderID, Status: string(g.Status),
		Reached: g.Reached, LastUser: g.LastUser, CreatedAt: database.At(g.CreatedAt), StartsAt: database.At(g.StartsAt), ExpiresAt: database.At(g.ExpiresAt),
		FinishedAt: database.At(g.FinishedAt),
	}).Error)
}

// listSendings returns sendings before that id, the newest first.
func (s *Service) listSendings(ctx context.Context, realmID, before string, limit int) ([]Sending, error) {
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	if before != "" {
		q = q.Where("id < ?", before)
	}
	var rows []sendingRow
	if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	all := make([]Sending, 0, len(rows))
	for _, r := range rows {
		g, err := r.sending()
		if err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, nil
}

func (s *Service) findSending(ctx context.Context, realmID, sendingID string) (*Sending, error) {
	var r sendingRow
	err := database.Translate(s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, sendingID).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("find sending %s: %w", sendingID, err)
	}
	g, err := r.sending()
	return &g, err
}

func (s *Service) countWaiting(ctx context.Context, realmID string) (int64, error) {
	var n int64
	err := s.db.With(ctx).Model(&sendingRow{}).Where("realm_id = ? AND status = ? AND source_id = ''", realmID, string(Waiting)).Count(&n).Error
	return n, database.Translate(err)
}

// dueSending returns the id of a sending that nobody works at, "" when there is none.
func (s *Service) dueSending(ctx context.Context, now time.Time) (string, error) {
	var rows []sendingRow
	at := database.At(now)
	err := s.db.With(ctx).Select("id").Where("status = 'waiting' AND starts_at <= ? AND lease_until <= ?", at, at).Order("starts_at, id").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return "", database.Translate(err)
	}
	return rows[0].ID, nil
}

// leaseSending takes the sending if nobody else has, nil if somebody has.
func (s *Service) leaseSending(ctx context.Context, sendingID, owner string, now, until time.Time) (*Sending, error) {
	res := s.db.With(ctx).Model(&sendingRow{}).Where("id = ? AND status = ? AND lease_until <= ?", sendingID, string(Waiting), database.At(now)).
		Updates(map[string]any{"lease_owner": owner, "lease_until": database.At(until)})
	if res.Error != nil || res.RowsAffected == 0 {
		return nil, database.Translate(res.Error)
	}
	var r sendingRow
	if err := s.db.With(ctx).Where("id = ?", sendingID).Take(&r).Error; err != nil {
		return nil, database.Translate(err)
	}
	g, err := r.sending()
	return &g, err
}

// advance moves the sending's place on, or ends it where last is "", if it is still the
// owner's and where the owner knows it to be.
func (s *Service) advance(ctx context.Context, g *Sending, owner, last string, now, until time.Time) (bool, error) {
	columns := map[string]any{"last_user": last, "lease_until": database.At(until)}
	if last == "" {
		columns = map[string]any{"status": string(Done), "finished_at": database.At(now), "lease_owner": "", "lease_until": 0}
	}
	res := s.db.With(ctx).Model(&sendingRow{}).
		Where("realm_id = ? AND id = ? AND status = ? AND lease_owner = ? AND last_user = ?", g.RealmID, g.ID, string(Waiting), owner, g.LastUser).Updates(columns)
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) reach(ctx context.Context, realmID, sendingID string, n int64) error {
	return database.Translate(s.db.With(ctx).Model(&sendingRow{}).Where("realm_id = ? AND id = ?", realmID, sendingID).
		Update("reached", gorm.Expr("reached + ?", n)).Error)
}

func (s *Service) cancelSendings(ctx context.Context, realmID, sourceID string, now time.Time) error {
	return database.Translate(s.db.With(ctx).Model(&sendingRow{}).Where("realm_id = ? AND source_id = ? AND status = ?", realmID, sourceID, string(Waiting)).
		Updates(map[string]any{"status": string(Cancelled), "finished_at": database.At(now)}).Error)
}

func (s *Service) sweepSendings(ctx context.Context, before time.Time, limit int) (int, error) {
	old := s.db.With(ctx).Model(&sendingRow{}).Select("id").Where("finished_at > 0 AND finished_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", old).Delete(&sendingRow{})
	return int(res.RowsAffected), database.Translate(res.Error)
}
