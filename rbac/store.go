package rbac

import (
	"context"
	"encoding/json"
	"net/netip"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

type roleRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	ApplicationID string          `gorm:"column:application_id"`
	Slug          string          `gorm:"column:slug"`
	Name          string          `gorm:"column:name"`
	Description   string          `gorm:"column:description"`
	Requirements  string          `gorm:"column:requirements"`
	Grants        string          `gorm:"column:grants"`
	Nested        string          `gorm:"column:nested"`
	Version       int64           `gorm:"column:version"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt     database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (roleRow) TableName() string { return "roles" }

func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("rbac: " + err.Error()) // lists of texts
	}
	if string(raw) == "null" {
		return "[]"
	}
	return string(raw)
}

func decode[T any](raw string) []T {
	var list []T
	if json.Unmarshal([]byte(raw), &list) != nil {
		return nil
	}
	return list
}

func rowOf(r *Role) *roleRow {
	return &roleRow{
		r.ID, r.RealmID, r.ApplicationID, r.Slug, r.Name, r.Description, encode(r.Requirements), encode(r.Grants), encode(r.Nested),
		r.Version, database.At(r.CreatedAt), database.At(r.UpdatedAt),
	}
}

func (r *roleRow) role() *Role {
	return &Role{
		ID: r.ID, RealmID: r.RealmID, ApplicationID: r.ApplicationID, Slug: r.Slug, Name: r.Name, Description: r.Description,
		Requirements: decode[Requirement](r.Requirements), Grants: decode[Grant](r.Grants), Nested: decode[string](r.Nested),
		Version: r.Version, CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
	}
}

func rolesOf(rows []roleRow) []*Role {
	all := make([]*Role, 0, len(rows))
	for i := range rows {
		all = append(all, rows[i].role())
	}
	return all
}

func (s *Service) allRoles(ctx context.Context, realmID string) ([]*Role, error) {
	var rows []roleRow
	err := s.db.With(ctx).Where("realm_id = ?", realmID).Order("id").Find(&rows).Error
	return rolesOf(rows), database.Translate(err)
}

// lockRealm keeps changes to the realm's roles apart: what one checks, another cannot
// undo before it commits.
func (s *Service) lockRealm(ctx context.Context, realmID string) error {
	line := lockRow{realmID, database.At(s.now())}
	return database.Translate(s.db.With(ctx).Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "realm_id"}}, DoUpdates: clause.AssignmentColumns([]string{"at"}),
	}).Create(&line).Error)
}

type lockRow struct {
	RealmID string          `gorm:"column:realm_id;primaryKey"`
	At      database.Micros `gorm:"column:at"`
}

// TableName names the table.
func (lockRow) TableName() string { return "role_locks" }

func (s *Service) insertRole(ctx context.Context, r *Role) error {
	return database.Translate(s.db.With(ctx).Create(rowOf(r)).Error)
}

func (s *Service) updateRole(ctx context.Context, r *Role, before int64) (bool, error) {
	row := rowOf(r)
	result := s.db.With(ctx).Model(&roleRow{}).Where("realm_id = ? AND id = ? AND version = ?", r.RealmID, r.ID, before).Updates(map[string]any{
		"slug": row.Slug, "name": row.Name, "description": row.Description, "requirements": row.Requirements, "grants": row.Grants,
		"nested": row.Nested, "version": row.Version, "updated_at": row.UpdatedAt,
	})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

func (s *Service) deleteRole(ctx context.Context, realmID, id string) (bool, error) {
	result := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Delete(&roleRow{})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

type permissionRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	ApplicationID string          `gorm:"column:application_id"`
	Code          string          `gorm:"column:code"`
	Description   string          `gorm:"column:description"`
	Version       int64           `gorm:"column:version"`
	CreatedAt     database.Micros `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (permissionRow) TableName() string { return "permissions" }

func (r *permissionRow) permission() *Permission {
	return &Permission{r.ID, r.RealmID, r.ApplicationID, r.Code, r.Description, r.Version, r.CreatedAt.Time()}
}

func (s *Service) insertPermission(ctx context.Context, p *Permission) error {
	row := permissionRow{p.ID, p.RealmID, p.ApplicationID, p.Code, p.Description, p.Version, database.At(p.CreatedAt)}
	return database.Translate(s.db.With(ctx).Create(&row).Error)
}

func (s *Service) findPermission(ctx context.Context, realmID, id string) (*Permission, error) {
	var row permissionRow
	err := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Take(&row).Error
	return row.permission(), database.Translate(err)
}

// known are those of the codes that the application has.
func (s *Service) known(ctx context.Context, realmID, applicationID string, codes []string) ([]string, error) {
	var found []string
	err := s.db.With(ctx).Model(&permissionRow{}).Where("realm_id = ? AND application_id = ? AND code IN ?", realmID, applicationID, codes).Pluck("code", &found).Error
	return found, database.Translate(err)
}

func (s *Service) describePermission(ctx context.Context, p *Permission, before int64) (bool, error) {
	result := s.db.With(ctx).Model(&permissionRow{}).Where("realm_id = ? AND id = ? AND version = ?", p.RealmID, p.ID, before).
		Updates(map[string]any{"description": p.Description, "version": p.Version})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

func (s *Service) deletePermission(ctx context.Context, realmID, id string) (bool, error) {
	result := s.db.With(ctx).Where("realm_id = ? AND id = ?", realmID, id).Delete(&permissionRow{})
	return result.RowsAffected == 1, database.Translate(result.Error)
}

// narrowed limits a query to rows of these applications; nil is no limit.
func narrowed(q *gorm.DB, applications []string) *gorm.DB {
	if applications == nil {
		return q
	}
	return q.Where("application_id IN ?", applications)
}

func (s *Service) permissions(ctx context.Context, realmID string, f Filter) ([]*Permission, error) {
	var rows []permissionRow
	q := narrowed(s.db.With(ctx).Where("realm_id = ? AND id > ?", realmID, f.After), f.Applications)
	if f.ApplicationID != nil {
		q = q.Where("application_id = ?", *f.ApplicationID)
	}
	err := q.Order("id").Limit(f.Limit).Find(&rows).Error
	all := make([]*Permission, 0, len(rows))
	for i := range rows {
		all = append(all, rows[i].permission())
	}
	return all, database.Translate(err)
}

func (s *Service) roles(ctx context.Context, realmID string, f Filter) ([]*Role, error) {
	var rows []roleRow
	q := narrowed(s.db.With(ctx).Where("realm_id = ? AND id > ?", realmID, f.After), f.Applications)
	if f.ApplicationID != nil {
		q = q.Where("application_id = ?", *f.ApplicationID)
	}
	err := q.Order("id").Limit(f.Limit).Find(&rows).Error
	return rolesOf(rows), database.Translate(err)
}

// networks as rows keep them.
func prefixes(list []string) []netip.Prefix {
	var all []netip.Prefix
	for _, text := range list {
		if p, err := netip.ParsePrefix(text); err == nil {
			all = append(all, p)
		}
	}
	return all
}

func micros(d time.Duration) int64 { return d.Microseconds() }
