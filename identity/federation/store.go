package federation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// providerRow is a line of the table federation_providers.
type providerRow struct {
	ID           string          `gorm:"column:id;primaryKey"`
	RealmID      string          `gorm:"column:realm_id"`
	Slug         string          `gorm:"column:slug"`
	Kind         string          `gorm:"column:kind"`
	Name         string          `gorm:"column:name"`
	Issuer       string          `gorm:"column:issuer"`
	ClientID     string          `gorm:"column:client_id"`
	Secret       string          `gorm:"column:client_secret"`
	Apple        string          `gorm:"column:apple"`
	Scopes       string          `gorm:"column:scopes"`
	Claims       string          `gorm:"column:claims"`
	TrustEmail   bool            `gorm:"column:trust_email"`
	Registration bool            `gorm:"column:registration"`
	SyncProfile  bool            `gorm:"column:sync_profile"`
	Enabled      bool            `gorm:"column:enabled"`
	Position     int             `gorm:"column:position"`
	Version      int64           `gorm:"column:version"`
	CreatedAt    database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt    database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (providerRow) TableName() string { return "federation_providers" }

func providerLine(p *Provider) (providerRow, error) {
	r := providerRow{
		ID: p.ID, RealmID: p.RealmID, Slug: p.Slug, Kind: string(p.Kind), Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID,
		Secret: p.secret, TrustEmail: p.TrustEmail, Registration: p.Registration, SyncProfile: p.SyncProfile, Enabled: p.Enabled,
		Position: p.Position, Version: p.Version, CreatedAt: database.At(p.CreatedAt), UpdatedAt: database.At(p.UpdatedAt),
	}
	for column, value := range map[*string]any{&r.Apple: p.AppleKey, &r.Scopes: p.Scopes, &r.Claims: p.Claims} {
		text, err := json.Marshal(value)
		if err != nil {
			return providerRow{}, err
		}
		*column = string(text)
	}
	return r, nil
}

func (r providerRow) provider() (*Provider, error) {
	p := &Provider{
		ID: r.ID, RealmID: r.RealmID, Slug: r.Slug, Kind: Kind(r.Kind), Name: r.Name, Issuer: r.Issuer, ClientID: r.ClientID,
		HasSecret: r.Secret != "", TrustEmail: r.TrustEmail, Registration: r.Registration, SyncProfile: r.SyncProfile,
		Enabled: r.Enabled, Position: r.Position, Version: r.Version, CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
		secret: r.Secret,
	}
	for text, value := range map[*string]any{&r.Apple: &p.AppleKey, &r.Scopes: &p.Scopes, &r.Claims: &p.Claims} {
		if err := json.Unmarshal([]byte(*text), value); err != nil {
			return nil, fmt.Errorf("decode provider %s: %w", r.ID, err)
		}
	}
	return p, nil
}

func (s *Service) insertProvider(ctx context.Context, p *Provider) error {
	r, err := providerLine(p)
	if err != nil {
		return err
	}
	return database.Translate(s.db.With(ctx).Create(&r).Error)
}

func (s *Service) providerAt(ctx context.Context, realmID, providerID string) *gorm.DB {
	return s.db.With(ctx).Model(&providerRow{}).Where("realm_id = ? AND id = ?", realmID, providerID)
}

// updateProvider reports whether nobody had changed the provider since version.
func (s *Service) updateProvider(ctx context.Context, p *Provider, version int64) (bool, error) {
	r, err := providerLine(p)
	if err != nil {
		return false, err
	}
	res := s.providerAt(ctx, p.RealmID, p.ID).Where("version = ?", version).Updates(map[string]any{
		"name": r.Name, "issuer": r.Issuer, "client_id": r.ClientID, "client_secret": r.Secret, "apple": r.Apple, "scopes": r.Scopes,
		"claims": r.Claims, "trust_email": r.TrustEmail, "registration": r.Registration, "sync_profile": r.SyncProfile,
		"position": r.Position, "version": r.Version, "updated_at": r.UpdatedAt,
	})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// setEnabled reports whether the provider was in the other state.
func (s *Service) setEnabled(ctx context.Context, realmID, providerID string, enabled bool, now time.Time) (bool, error) {
	res := s.providerAt(ctx, realmID, providerID).Where("enabled = ?", !enabled).Updates(map[string]any{
		"enabled": enabled, "version": gorm.Expr("version + 1"), "updated_at": database.At(now),
	})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) deleteProvider(ctx context.Context, realmID, providerID string) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, providerID).Delete(&providerRow{})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

func (s *Service) providersOf(ctx context.Context, realmID string) ([]*Provider, error) {
	var rows []providerRow
	err := s.db.With(ctx).Where("realm_id = ?", realmID).Order("position").Order("slug").Find(&rows).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	all := make([]*Provider, len(rows))
	for i, r := range rows {
		if all[i], err = r.provider(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// sealedAfter are providers with a secret, of all realms, in the order of their ids.
func (s *Service) sealedAfter(ctx context.Context, after string, limit int) ([]*Provider, error) {
	var rows []providerRow
	err := s.db.With(ctx).Where("id > ? AND client_secret <> ?", after, "").Order("id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	all := make([]*Provider, len(rows))
	for i, r := range rows {
		if all[i], err = r.provider(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// replaceSealed reports whether the provider still had the sealed secret of p.
func (s *Service) replaceSealed(ctx context.Context, p *Provider, sealed string) (bool, error) {
	res := s.providerAt(ctx, p.RealmID, p.ID).Where("client_secret = ?", p.secret).Updates(map[string]any{"client_secret": sealed})
	return res.RowsAffected == 1, database.Translate(res.Error)
}

// found turns a missing row into nil.
func found[T any](row *T, err error) (*T, error) {
	if err = database.Translate(err); err != nil {
		if errors.Is(err, database.ErrNotFound) {
			return nil, nil
		}
		return nil, err
	}
	return row, nil
}
