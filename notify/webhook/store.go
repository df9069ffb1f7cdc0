package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"authserver/internal/database"
)

type row struct {
	ID             string          `gorm:"column:id;primaryKey"`
	RealmID        string          `gorm:"column:realm_id"`
	ApplicationID  string          `gorm:"column:application_id"`
	URL            string          `gorm:"column:url"`
	Description    string          `gorm:"column:description"`
	Events         string          `gorm:"column:events"`
	Headers        string          `gorm:"column:headers"`
	Enabled        bool            `gorm:"column:enabled"`
	DisabledReason string          `gorm:"column:disabled_reason"`
	Failures       int             `gorm:"column:failures"`
	FailingSince   database.Micros `gorm:"column:failing_since"`
	Version        int64           `gorm:"column:version"`
	CreatedAt      database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt      database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "webhooks" }

type secretRow struct {
	ID        string          `gorm:"column:id;primaryKey"`
	RealmID   string          `gorm:"column:realm_id"`
	WebhookID string          `gorm:"column:webhook_id"`
	Sealed    string          `gorm:"column:sealed"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt database.Micros `gorm:"column:expires_at"`
}

// TableName implements gorm's Tabler.
func (secretRow) TableName() string { return "webhook_secrets" }

// webhook reads a row; headers stay sealed in memory only as long as this takes.
func (s *Service) webhook(r row) (*Webhook, error) {
	w := &Webhook{
		ID: r.ID, RealmID: r.RealmID, ApplicationID: r.ApplicationID, URL: r.URL, Description: r.Description,
		Enabled: r.Enabled, DisabledReason: r.DisabledReason, Failures: r.Failures, FailingSince: r.FailingSince.Time(),
		Version: r.Version, CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
	}
	if err := json.Unmarshal([]byte(r.Events), &w.Events); err != nil {
		return nil, fmt.Errorf("events of webhook %s: %w", r.ID, err)
	}
	if r.Headers == "" {
		return w, nil
	}
	plain, err := s.Ring.Open(r.Headers, "webhooks", r.RealmID, r.ID)
	if err == nil {
		err = json.Unmarshal(plain, &w.Headers)
	}
	if err != nil {
		return nil, fmt.Errorf("headers of webhook %s: %w", r.ID, err)
	}
	return w, nil
}

func (s *Service) webhooks(rows []row, err error) ([]*Webhook, error) {
	if err != nil {
		return nil, database.Translate(err)
	}
	list := make([]*Webhook, 0, len(rows))
	for _, r := range rows {
		w, err := s.webhook(r)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}

// sealedHeaders are the headers as a row holds them.
func (s *Service) sealedHeaders(w *Webhook) (string, error) {
	if len(w.Headers) == 0 {
		return "", nil
	}
	plain, err := json.Marshal(w.Headers)
	if err != nil {
		return "", err
	}
	return s.Ring.Seal(plain, "webhooks", w.RealmID, w.ID)
}

func (s *Service) insert(ctx context.Context, w *Webhook) error {
	events, err := json.Marshal(w.Events)
	if err != nil {
		return err
	}
	headers, err := s.sealedHeaders(w)
	if err != nil {
		return err
	}
	return s.DB.With(ctx).Create(&row{
		ID: w.ID, RealmID: w.RealmID, ApplicationID: w.ApplicationID, URL: w.URL, Description: w.Description, Events: string(events), Headers: headers,
		Enabled: w.Enabled, Version: w.Version, CreatedAt: database.At(w.CreatedAt), UpdatedAt: database.At(w.UpdatedAt),
	}).Error
}

func (s *Service) find(ctx context.Context, realmID, id string) (*Webhook, error) {
	var r row
	if err := s.DB.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Take(&r).Error; err != nil {
		return nil, database.Translate(err)
	}
	return s.webhook(r)
}

// update stores the webhook if it still has the version before.
func (s *Service) update(ctx context.Context, w *Webhook, before int64) (bool, error) {
	events, err := json.Marshal(w.Events)
	if err != nil {
		return false, err
	}
	headers, err := s.sealedHeaders(w)
	if err != nil {
		return false, err
	}
	res := s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND version = ?", w.RealmID, w.ID, before).Updates(map[string]any{
		"url": w.URL, "description": w.Description, "events": string(events), "headers": headers, "enabled": w.Enabled, "disabled_reason": w.DisabledReason,
		"failures": w.Failures, "failing_since": database.At(w.FailingSince), "version": w.Version, "updated_at": database.At(w.UpdatedAt),
	})
	return res.RowsAffected == 1, res.Error
}

func (s *Service) remove(ctx context.Context, realmID, id string) (bool, error) {
	if err := s.DB.With(ctx).Where("realm_id = ? AND webhook_id = ?", realmID, id).Delete(&secretRow{}).Error; err != nil {
		return false, err
	}
	res := s.DB.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Delete(&row{})
	return res.RowsAffected == 1, res.Error
}

// enabled are the webhooks of a realm that are told of events.
func (s *Service) enabled(ctx context.Context, realmID string) ([]*Webhook, error) {
	var rows []row
	err := s.DB.With(ctx).Where("realm_id = ? AND enabled = ?", realmID, true).Order("id").Find(&rows).Error
	return s.webhooks(rows, err)
}

func (s *Service) ofApplication(ctx context.Context, realmID, applicationID string) ([]*Webhook, error) {
	var rows []row
	err := s.DB.With(ctx).Where("realm_id = ? AND application_id = ?", realmID, applicationID).Order("id").Find(&rows).Error
	return s.webhooks(rows, err)
}

func (s *Service) count(ctx context.Context, realmID, applicationID string) (n int64, err error) {
	err = s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND application_id = ?", realmID, applicationID).Count(&n).Error
	return n, err
}

// list are webhooks in order of creation; applications limits to theirs, nil to none.
func (s *Service) list(ctx context.Context, realmID string, applications []string, after string, most int) ([]*Webhook, error) {
	q := s.DB.With(ctx).Where("realm_id = ? AND id > ?", realmID, after)
	if applications != nil {
		q = q.Where("application_id IN ?", applications)
	}
	var rows []row
	err := q.Order("id").Limit(most).Find(&rows).Error
	return s.webhooks(rows, err)
}

// succeeded forgets the failures, if there were any.
func (s *Service) succeeded(ctx context.Context, w *Webhook) error {
	return s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND failures > 0", w.RealmID, w.ID).
		Updates(map[string]any{"failures": 0, "failing_since": 0}).Error
}

// failed counts a failure and returns how many there are in a row, and since when.
func (s *Service) failed(ctx context.Context, w *Webhook, now time.Time) (n int, since time.Time, err error) {
	var got struct {
		Failures     int             `gorm:"column:failures"`
		FailingSince database.Micros `gorm:"column:failing_since"`
	}
	err = s.DB.With(ctx).Raw("UPDATE webhooks SET failures = failures + 1, failing_since = CASE WHEN failures = 0 THEN ? ELSE failing_since END"+
		" WHERE realm_id = ? AND id = ? RETURNING failures, failing_since", database.At(now), w.RealmID, w.ID).Scan(&got).Error
	return got.Failures, got.FailingSince.Time(), err
}

// disable switches the webhook off if it is on, and tells whether it did.
func (s *Service) disable(ctx context.Context, w *Webhook, reason string, now time.Time) (bool, error) {
	res := s.DB.With(ctx).Exec("UPDATE webhooks SET enabled = ?, disabled_reason = ?, version = version + 1, updated_at = ? WHERE realm_id = ? AND id = ? AND enabled = ?",
		false, reason, database.At(now), w.RealmID, w.ID, true)
	return res.RowsAffected == 1, res.Error
}

func (s *Service) insertSecret(ctx context.Context, r secretRow) error {
	return s.DB.With(ctx).Create(&r).Error
}

// secretsOf are the secrets that are valid, the newest first.
func (s *Service) secretsOf(ctx context.Context, realmID, webhookID string, now time.Time) (rows []secretRow, err error) {
	err = s.DB.With(ctx).Where("realm_id = ? AND webhook_id = ? AND (expires_at = 0 OR expires_at > ?)", realmID, webhookID, database.At(now)).
		Order("created_at DESC, id DESC").Find(&rows).Error
	return rows, err
}

// expireSecrets ends the secret that stays at a time, and forgets those that have ended.
func (s *Service) expireSecrets(ctx context.Context, realmID, webhookID string, now, at time.Time) error {
	err := s.DB.With(ctx).Where("realm_id = ? AND webhook_id = ? AND expires_at > 0", realmID, webhookID).Delete(&secretRow{}).Error
	if err != nil {
		return err
	}
	if !at.After(now) {
		return s.DB.With(ctx).Where("realm_id = ? AND webhook_id = ?", realmID, webhookID).Delete(&secretRow{}).Error
	}
	return s.DB.With(ctx).Model(&secretRow{}).Where("realm_id = ? AND webhook_id = ?", realmID, webhookID).
		Update("expires_at", database.At(at)).Error
}

// secretsAfter are secrets of all realms in order of id, to be sealed anew.
func (s *Service) secretsAfter(ctx context.Context, after string, most int) (rows []secretRow, err error) {
	err = s.DB.With(ctx).Where("id > ?", after).Order("id").Limit(most).Find(&rows).Error
	return rows, err
}

// headersAfter are webhooks of all realms with headers, to be sealed anew.
func (s *Service) headersAfter(ctx context.Context, after string, most int) (rows []row, err error) {
	err = s.DB.With(ctx).Where("id > ? AND headers <> ''", after).Order("id").Limit(most).Find(&rows).Error
	return rows, err
}

func (s *Service) replaceSecret(ctx context.Context, r secretRow, sealed string) (bool, error) {
	res := s.DB.With(ctx).Model(&secretRow{}).Where("realm_id = ? AND id = ? AND sealed = ?", r.RealmID, r.ID, r.Sealed).Update("sealed", sealed)
	return res.RowsAffected == 1, res.Error
}

func (s *Service) replaceHeaders(ctx context.Context, r row, sealed string) (bool, error) {
	res := s.DB.With(ctx).Model(&row{}).Where("realm_id = ? AND id = ? AND headers = ?", r.RealmID, r.ID, r.Headers).UpdateColumn("headers", sealed)
	return res.RowsAffected == 1, res.Error
}
