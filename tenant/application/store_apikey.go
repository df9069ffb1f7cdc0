package application

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"authserver/internal/database"
)

// keyRow is a line of the table api_keys.
type keyRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	ApplicationID *string         `gorm:"column:application_id"`
	Name          string          `gorm:"column:name"`
	Digest        []byte          `gorm:"column:digest"`
	Scopes        string          `gorm:"column:scopes"`
	Networks      string          `gorm:"column:networks"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt     database.Micros `gorm:"column:expires_at"`
	LastUsedAt    database.Micros `gorm:"column:last_used_at"`
	RevokedAt     database.Micros `gorm:"column:revoked_at"`
}

// TableName names the table.
func (keyRow) TableName() string { return "api_keys" }

func (r keyRow) key() (*APIKey, error) {
	k := &APIKey{
		ID: r.ID, RealmID: r.RealmID, Name: r.Name, Prefix: keyPrefixOf(r.ID), digest: r.Digest, CreatedAt: r.CreatedAt.Time(),
		ExpiresAt: r.ExpiresAt.Time(), LastUsedAt: r.LastUsedAt.Time(), RevokedAt: r.RevokedAt.Time(),
	}
	if r.ApplicationID != nil {
		k.ApplicationID = *r.ApplicationID
	}
	if err := json.Unmarshal([]byte(r.Scopes), &k.Scopes); err != nil {
		return nil, fmt.Errorf("decode scopes of API key %s: %w", r.ID, err)
	}
	var networks []string
	if err := json.Unmarshal([]byte(r.Networks), &networks); err != nil {
		return nil, fmt.Errorf("decode networks of API key %s: %w", r.ID, err)
	}
	for _, text := range networks {
		n, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("decode networks of API key %s: %w", r.ID, err)
		}
		k.Networks = append(k.Networks, n)
	}
	return k, nil
}

// texts writes networks as rows keep them.
func texts(networks []netip.Prefix) string {
	list := make([]string, 0, len(networks))
	for _, n := range networks {
		list = append(list, n.String())
	}
	raw, err := json.Marshal(list)
	if err != nil {
		panic("application: " + err.Error()) // a list of texts
	}
	return string(raw)
}

func (s *Service) insertKey(ctx context.Context, k *APIKey) error {
	scopes, err := json.Marshal(k.Scopes)
	if err != nil {
		return fmt.Errorf("encode scopes: %w", err)
	}
	r := keyRow{
		ID: k.ID, RealmID: k.RealmID, Name: k.Name, Digest: k.digest, Scopes: string(scopes), Networks: texts(k.Networks),
		CreatedAt: database.At(k.CreatedAt), ExpiresAt: database.At(k.ExpiresAt),
	}
	if k.ApplicationID != "" {
		r.ApplicationID = &k.ApplicationID
	}
	return s.db.With(ctx).Create(&r).Error
}

func (s *Service) findKey(ctx context.Context, realmID, keyID string) (*APIKey, error) {
	var r keyRow
	if err := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, keyID).Take(&r).Error; err != nil {
		if errors.Is(err, database.ErrNotFound) {
			return nil, ErrKeyNotFound
		}
		return nil, fmt.Errorf("read API key: %w", err)
	}
	return r.key()
}

func (s *Service) listKeys(ctx context.Context, realmID, after string, limit int) ([]*APIKey, error) {
	return s.keysOf(ctx, realmID, nil, after, limit)
}

// keysOf lists keys, only those of the applications unless nil.
func (s *Service) keysOf(ctx context.Context, realmID string, applications []string, after string, limit int) ([]*APIKey, error) {
	var rows []keyRow
	q := s.db.With(ctx).Where("realm_id = ? AND id > ?", realmID, after)
	if applications != nil {
		q = q.Where("application_id IN ?", applications)
	}
	if err := q.Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list API keys of realm %s: %w", realmID, err)
	}
	keys := make([]*APIKey, len(rows))
	for i, r := range rows {
		var err error
		if keys[i], err = r.key(); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func (s *Service) revokeKey(ctx context.Context, realmID, keyID string, now time.Time) error {
	res := s.db.With(ctx).Model(&keyRow{}).Where("realm_id = ? AND id = ? AND revoked_at = 0", realmID, keyID).
		Updates(map[string]any{"revoked_at": database.At(now)})
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrKeyNotFound
	}
	return res.Error
}

// updateKey writes what may change of a key that is not revoked.
func (s *Service) updateKey(ctx context.Context, k *APIKey) error {
	scopes, err := json.Marshal(k.Scopes)
	if err != nil {
		return fmt.Errorf("encode scopes: %w", err)
	}
	res := s.db.With(ctx).Model(&keyRow{}).Where("realm_id = ? AND id = ? AND revoked_at = 0", k.RealmID, k.ID).
		Updates(map[string]any{"name": k.Name, "scopes": string(scopes), "networks": texts(k.Networks), "expires_at": database.At(k.ExpiresAt)})
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrKeyNotFound
	}
	return res.Error
}

// touchKey only moves forward: nodes store their uses in any order.
func (s *Service) touchKey(ctx context.Context, at ref, when time.Time) error {
	if at.realm == "" {
		return s.touchOperatorKey(ctx, at.id, when)
	}
	return s.db.With(ctx).Model(&keyRow{}).
		Where("realm_id = ? AND id = ? AND last_used_at < ?", at.realm, at.id, database.At(when)).
		Updates(map[string]any{"last_used_at": database.At(when)}).Error
}
