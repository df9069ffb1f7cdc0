package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// row is a line of the table flows.
type row struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	ApplicationID string          `gorm:"column:application_id"`
	Browser       []byte          `gorm:"column:browser"`
	Request       string          `gorm:"column:request"`
	Language      string          `gorm:"column:language"`
	LoginHint     string          `gorm:"column:login_hint"`
	Subject       string          `gorm:"column:subject"`
	Prompt        string          `gorm:"column:prompt"`
	MaxAge        int64           `gorm:"column:max_age"`
	ACRValues     string          `gorm:"column:acr_values"`
	Scopes        string          `gorm:"column:scopes"`
	SessionID     string          `gorm:"column:session_id"`
	Proofs        string          `gorm:"column:proofs"`
	Hop           int64           `gorm:"column:hop"`
	RequestedAt   database.Micros `gorm:"column:requested_at"`
	ExpiresAt     database.Micros `gorm:"column:expires_at"`
	FinishedAt    database.Micros `gorm:"column:finished_at"`
}

// TableName names the table.
func (row) TableName() string { return "flows" }

// anyAge is the column's value for an absent max_age.
const anyAge = -1

func stored(f *Flow) (row, error) {
	r := row{
		ID: f.ID, RealmID: f.RealmID, ApplicationID: f.ApplicationID, Browser: f.browser,
		Language: f.Language, LoginHint: f.LoginHint, Subject: f.Subject, MaxAge: anyAge,
		SessionID: f.SessionID, Hop: f.hop, RequestedAt: database.At(f.RequestedAt), ExpiresAt: database.At(f.ExpiresAt),
	}
	if f.MaxAge != nil {
		r.MaxAge = *f.MaxAge
	}
	for column, value := range map[*string]any{
		&r.Request: f.Request, &r.Prompt: f.Prompt, &r.ACRValues: f.ACRValues, &r.Scopes: f.Scopes, &r.Proofs: f.Proofs,
	} {
		text, err := json.Marshal(value)
		if err != nil {
			return row{}, err
		}
		*column = string(text)
	}
	return r, nil
}

func (r row) flow(slug string) (*Flow, error) {
	f := &Flow{
		ID: r.ID, RealmID: r.RealmID, ApplicationID: r.ApplicationID, Request: url.Values{},
		Language: r.Language, LoginHint: r.LoginHint, Subject: r.Subject, SessionID: r.SessionID,
		RequestedAt: r.RequestedAt.Time(), ExpiresAt: r.ExpiresAt.Time(), FinishedAt: r.FinishedAt.Time(),
		slug: slug, browser: r.Browser, hop: r.Hop,
	}
	if r.MaxAge != anyAge {
		f.MaxAge = &r.MaxAge
	}
	for text, value := range map[*string]any{
		&r.Request: &f.Request, &r.Prompt: &f.Prompt, &r.ACRValues: &f.ACRValues, &r.Scopes: &f.Scopes, &r.Proofs: &f.Proofs,
	} {
		if err := json.Unmarshal([]byte(*text), value); err != nil {
			return nil, fmt.Errorf("decode flow %s: %w", r.ID, err)
		}
	}
	return f, nil
}

func (s *Service) insert(ctx context.Context, f *Flow) error {
	r, err := stored(f)
	if err != nil {
		return err
	}
	return database.Translate(s.db.With(ctx).Create(&r).Error)
}

// find returns the flow of the realm, or ErrStale.
func (s *Service) find(ctx context.Context, realmID, slug, flowID string) (*Flow, error) {
	var r row
	err := database.Translate(s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, flowID).Take(&r).Error)
	if errors.Is(err, database.ErrNotFound) {
		return nil, ErrStale
	}
	if err != nil {
		return nil, fmt.Errorf("read flow %s: %w", flowID, err)
	}
	return r.flow(slug)
}

// current selects the flow as long as nobody has moved it on since f was read.
func (s *Service) current(ctx context.Context, f *Flow, now time.Time) *gorm.DB {
	return s.db.With(ctx).Model(&row{}).
		Where("realm_id = ? AND id = ? AND hop = ?", f.RealmID, f.ID, f.hop).
		Where("finished_at = 0 AND expires_at > ?", database.At(now))
}

// advance stores next in the place of f and reports whether f was current.
func (s *Service) advance(ctx context.Context, f, next *Flow, now time.Time) (bool, error) {
	proofs, err := json.Marshal(next.Proofs)
	if err != nil {
		return false, err
	}
	res := s.current(ctx, f, now).Updates(map[string]any{
		"proofs": string(proofs), "session_id": next.SessionID, "hop": next.hop,
	})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// finish reports whether f was current and unfinished.
func (s *Service) finish(ctx context.Context, f *Flow, now time.Time) (bool, error) {
	res := s.current(ctx, f, now).Updates(map[string]any{"finished_at": database.At(now)})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// sweep removes up to limit flows of all realms that expired before the given time.
func (s *Service) sweep(ctx context.Context, before time.Time, limit int) (int, error) {
	expired := s.db.With(ctx).Model(&row{}).Select("id").Where("expires_at < ?", database.At(before)).Limit(limit)
	res := s.db.With(ctx).Where("id IN (?)", expired).Delete(&row{})
	return int(res.RowsAffected), database.Translate(res.Error)
}

// open returns flows of the realm that can still go on, the newest first.
func (s *Service) open(ctx context.Context, realmID, slug, applicationID, after string, now time.Time, limit int) ([]*Flow, error) {
	q := s.db.With(ctx).Where("realm_id = ? AND finished_at = 0 AND expires_at > ?", realmID, database.At(now))
	if applicationID != "" {
		q = q.Where("application_id = ?", applicationID)
	}
	if after != "" {
		q = q.Where("id < ?", after)
	}
	var rows []row
	if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	all := make([]*Flow, 0, len(rows))
	for _, r := range rows {
		f, err := r.flow(slug)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// giveUp finishes the flow, whatever hop it is at, and reports whether it was unfinished.
func (s *Service) giveUp(ctx context.Context, realmID, flowID string, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND finished_at = 0 AND expires_at > ?", realmID, flowID, database.At(now)).
		Updates(map[string]any{"finished_at": database.At(now)})
	return res.RowsAffected == 1, database.Translate(res.Error)
}
