package application

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"authserver/internal/database"
)

// operatorRow is a line of the table operator_keys.
type operatorRow struct {
	ID         string          `gorm:"column:id;primaryKey"`
	Name       string          `gorm:"column:name"`
	Digest     []byte          `gorm:"column:digest"`
	Scopes     string          `gorm:"column:scopes"`
	Realms     string          `gorm:"column:realms"`
	Networks   string          `gorm:"column:networks"`
	CreatedAt  database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt  database.Micros `gorm:"column:expires_at"`
	LastUsedAt database.Micros `gorm:"column:last_used_at"`
	RevokedAt  database.Micros `gorm:"column:revoked_at"`
}

// TableName names the table.
func (operatorRow) TableName() string { return "operator_keys" }

func (r operatorRow) key() (*APIKey, error) {
	k, err := keyRow{
		ID: r.ID, Name: r.Name, Digest: r.Digest, Scopes: r.Scopes, Networks: r.Networks, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt,
		LastUsedAt: r.LastUsedAt, RevokedAt: r.RevokedAt,
	}.key()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(r.Realms), &k.Realms); err != nil {
		return nil, fmt.Errorf("decode realms of operator's key %s: %w", r.ID, err)
	}
	if len(k.Realms) == 0 {
		k.Realms = nil
	}
	return k, nil
}

// findAnyKey is a realm's key, or with no realm an operator's.
func (s *Service) findAnyKey(ctx context.Context, realmID, keyID string) (*APIKey, error) {
	if realmID != "" {
		return s.findKey(ctx, realmID, keyID)
	}
	var r operatorRow
	if err := s.db.With(ctx).Where("id = ?", keyID).Take(&r).Error; err != nil {
		if errors.Is(err, database.ErrNotFound) {
			return nil, ErrKeyNotFound
		}
		return nil, fmt.Errorf("read operator's key: %w", err)
	}
	return r.key()
}

func (s *Service) insertOperatorKey(ctx context.Context, k *APIKey) error {
	scopes, err := json.Marshal(k.Scopes)
	if err != nil {
		return fmt.Errorf("encode scopes: %w", err)
	}
	realms, err := json.Marshal(append([]string{}, k.Realms...))
	if err != nil {
		return fmt.Errorf("encode realms: %w", err)
	}
	return s.db.With(ctx).Create(&operatorRow{
		ID: k.ID, Name: k.Name, Digest: k.digest, Scopes: string(scopes), Realms: string(realms), Networks: texts(k.Networks),
		CreatedAt: database.At(k.CreatedAt), ExpiresAt: database.At(k.ExpiresAt),
	}).Error
}

func (s *Service) listOperatorKeys(ctx context.Context, after string, limit int) ([]*APIKey, error) {
	var rows []operatorRow
	if err := s.db.With(ctx).Where("id > ?", after).Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list operators' keys: %w", err)
	}
	keys := make([]*APIKey, 0, len(rows))
	for _, r := range rows {
		k, err := r.key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func (s *Service) revokeOperatorKey(ctx context.Context, keyID string, now time.Time) error {
	res := s.db.With(ctx).Model(&operatorRow{}).Where("id = ? AND revoked_at = 0", keyID).Updates(map[string]any{"revoked_at": database.At(now)})
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrKeyNotFound
	}
	return res.Error
}

func (s *Service) touchOperatorKey(ctx context.Context, keyID string, when time.Time) error {
	return s.db.With(ctx).Model(&operatorRow{}).Where("id = ? AND last_used_at < ?", keyID, database.At(when)).
		Updates(map[string]any{"last_used_at": database.At(when)}).Error
}
