package realm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// row is a line of the table realms.
type row struct {
	ID              string          `gorm:"column:id;primaryKey"`
	Slug            string          `gorm:"column:slug"`
	Name            string          `gorm:"column:name"`
	Active          bool            `gorm:"column:active"`
	Branding        string          `gorm:"column:branding"`
	DefaultLanguage string          `gorm:"column:default_language"`
	Policy          string          `gorm:"column:policy"`
	Version         int64           `gorm:"column:version"`
	DeletedAt       database.Micros `gorm:"column:deleted_at"`
	PurgedAt        database.Micros `gorm:"column:purged_at"`
	CreatedAt       database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt       database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (row) TableName() string { return "realms" }

// columns are the fields that Update may change, as they are stored.
func columns(r *Realm) (map[string]any, error) {
	branding, err := json.Marshal(r.Branding)
	if err != nil {
		return nil, fmt.Errorf("encode branding: %w", err)
	}
	policy, err := json.Marshal(r.Policy)
	if err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	return map[string]any{
		"name": r.Name, "branding": string(branding), "default_language": r.DefaultLanguage, "policy": string(policy),
	}, nil
}

// difference returns the columns of b that are not as in a.
func difference(a, b *Realm) (map[string]any, error) {
	old, err := columns(a)
	if err != nil {
		return nil, err
	}
	changed, err := columns(b)
	if err != nil {
		return nil, err
	}
	for name, value := range old {
		if changed[name] == value {
			delete(changed, name)
		}
	}
	return changed, nil
}

func (r row) realm() (*Realm, error) {
	out := &Realm{
		ID: r.ID, Slug: r.Slug, Name: r.Name, Active: r.Active, DefaultLanguage: r.DefaultLanguage,
		Policy: DefaultPolicy(), Version: r.Version, CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
	}
	if err := json.Unmarshal([]byte(r.Branding), &out.Branding); err != nil {
		return nil, fmt.Errorf("decode branding of realm %s: %w", r.ID, err)
	}
	if err := out.Policy.decode([]byte(r.Policy)); err != nil {
		return nil, fmt.Errorf("decode policy of realm %s: %w", r.ID, err)
	}
	return out, nil
}

func (s *Service) insert(ctx context.Context, r *Realm) error {
	c, err := columns(r)
	if err != nil {
		return err
	}
	line := row{
		ID: r.ID, Slug: r.Slug, Name: r.Name, Active: r.Active, Branding: c["branding"].(string),
		DefaultLanguage: r.DefaultLanguage, Policy: c["policy"].(string), Version: r.Version,
		CreatedAt: database.At(r.CreatedAt), UpdatedAt: database.At(r.UpdatedAt),
	}
	return s.db.With(ctx).Create(&line).Error
}

// update stores the changed columns of a realm that lock has read.
func (s *Service) update(ctx context.Context, r *Realm, changed map[string]any) error {
	return s.db.With(ctx).Model(&row{}).Where("id = ?", r.ID).Updates(withStamp(changed, r.UpdatedAt)).Error
}

// setActive reports whether the state was another one before.
func (s *Service) setActive(ctx context.Context, realmID string, active bool, now time.Time) (bool, error) {
	res := s.db.With(ctx).Model(&row{}).Where("id = ? AND active = ?", realmID, !active).
		Updates(withStamp(map[string]any{"active": active}, now))
	return res.RowsAffected == 1, res.Error
}

// withStamp returns changed with the columns that every change sets.
func withStamp(changed map[string]any, now time.Time) map[string]any {
	all := map[string]any{"version": gorm.Expr("version + 1"), "updated_at": database.At(now)}
	for name, value := range changed {
		all[name] = value
	}
	return all
}

func (s *Service) find(ctx context.Context, realmID string) (*Realm, error) {
	return s.one(s.db.With(ctx).Where("id = ?", realmID))
}

// lock is find for a realm that is about to be changed: whoever else wants to
// change it waits.
func (s *Service) lock(ctx context.Context, realmID string) (*Realm, error) {
	return s.one(database.Lock(s.db.With(ctx)).Where("id = ?", realmID))
}

func (s *Service) findBySlug(ctx context.Context, slug string) (*Realm, error) {
	return s.one(s.db.With(ctx).Where("slug = ?", slug))
}

func (s *Service) one(q *gorm.DB) (*Realm, error) {
	var r row
	if err := q.Where("deleted_at = 0").Take(&r).Error; err != nil {
		if errors.Is(err, database.ErrNotFound) {
			return nil, ErrNotFound
		}
		return nil, fmt.Errorf("read realm: %w", err)
	}
	return r.realm()
}

func (s *Service) list(ctx context.Context, f Filter) ([]*Realm, error) {
	// Ids sort by creation and, unlike slugs, alike under every collation.
	q := s.db.With(ctx).Where("id > ? AND deleted_at = 0", f.After).Order("id").Limit(f.Limit)
	if f.Only != nil {
		q = q.Where("id IN ?", f.Only)
	}
	if f.Active != nil {
		q = q.Where("active = ?", *f.Active)
	}
	var rows []row
	if err := q.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list realms: %w", err)
	}
	realms := make([]*Realm, 0, len(rows))
	for _, r := range rows {
		one, err := r.realm()
		if err != nil {
			return nil, err
		}
		realms = append(realms, one)
	}
	return realms, nil
}

// bury empties the row of a deleted realm and frees its slug.
func (s *Service) bury(ctx context.Context, realmID string, now time.Time) error {
	return s.db.With(ctx).Model(&row{}).Where("id = ? AND deleted_at = 0", realmID).Updates(withStamp(map[string]any{
		"slug": "deleted " + realmID, "name": "", "branding": "{}", "policy": "{}", "default_language": "", "deleted_at": database.At(now),
	}, now)).Error
}

// buried are the ids of deleted realms of which something is left.
func (s *Service) buried(ctx context.Context) ([]string, error) {
	var ids []string
	err := s.db.With(ctx).Model(&row{}).Where("deleted_at > 0 AND purged_at = 0").Order("deleted_at").Limit(100).Pluck("id", &ids).Error
	return ids, err
}

func (s *Service) purged(ctx context.Context, realmID string, now time.Time) error {
	return s.db.With(ctx).Model(&row{}).Where("id = ? AND deleted_at > 0", realmID).Updates(map[string]any{"purged_at": database.At(now)}).Error
}
