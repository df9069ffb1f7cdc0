package inapp

import (
	"context"
	"time"

	"authserver/internal/database"
)

// templateRow is a line of the table notification_templates.
type templateRow struct {
	RealmID   string          `gorm:"column:realm_id;primaryKey"`
	Slug      string          `gorm:"column:slug;primaryKey"`
	Language  string          `gorm:"column:language;primaryKey"`
	Title     string          `gorm:"column:title"`
	Body      string          `gorm:"column:body"`
	Icon      string          `gorm:"column:icon"`
	Link      string          `gorm:"column:link"`
	Version   int64           `gorm:"column:version"`
	CreatedAt database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (templateRow) TableName() string { return "notification_templates" }

func (r templateRow) template() Template {
	return Template{
		Slug: r.Slug, Language: r.Language, Title: r.Title, Body: r.Body, Icon: r.Icon, Link: r.Link, Version: r.Version,
		CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(),
	}
}

// templatesOf are the realm's own words for a kind, or for all kinds when slug is empty.
func (s *Service) templatesOf(ctx context.Context, realmID, slug string) ([]Template, error) {
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	if slug != "" {
		q = q.Where("slug = ?", slug)
	}
	var rows []templateRow
	if err := q.Order("slug, language").Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
	}
	all := make([]Template, 0, len(rows))
	for _, r := range rows {
		all = append(all, r.template())
	}
	return all, nil
}

func (s *Service) findTemplate(ctx context.Context, realmID, slug, language string) (*Template, error) {
	var r templateRow
	if err := s.db.With(ctx).Where("realm_id = ? AND slug = ? AND language = ?", realmID, slug, language).Take(&r).Error; err != nil {
		return nil, database.Translate(err)
	}
	t := r.template()
	return &t, nil
}

func (s *Service) upsertTemplate(ctx context.Context, realmID string, t Template, now time.Time) error {
	return database.Translate(s.db.With(ctx).Exec("INSERT INTO notification_templates"+
		" (realm_id, slug, language, title, body, icon, link, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)"+
		" ON CONFLICT (realm_id, slug, language) DO UPDATE SET title = excluded.title, body = excluded.body, icon = excluded.icon, link = excluded.link,"+
		" version = notification_templates.version + 1, updated_at = excluded.updated_at",
		realmID, t.Slug, t.Language, t.Title, t.Body, t.Icon, t.Link, database.At(now), database.At(now)).Error)
}

func (s *Service) removeTemplate(ctx context.Context, realmID, slug, language string) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND slug = ? AND language = ?", realmID, slug, language).Delete(&templateRow{})
	return res.RowsAffected == 1, database.Translate(res.Error)
}
