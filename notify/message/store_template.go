package message

import (
	"context"
	"time"

	"authserver/internal/database"
	"authserver/internal/letter"
)

// templateRow is a line of letter_templates.
type templateRow struct {
	RealmID     string          `gorm:"column:realm_id;primaryKey"`
	Kind        string          `gorm:"column:kind;primaryKey"`
	Language    string          `gorm:"column:language;primaryKey"`
	Subject     string          `gorm:"column:subject"`
	HTML        string          `gorm:"column:html"`
	Inlined     string          `gorm:"column:inlined"`
	Text        string          `gorm:"column:text"`
	Description string          `gorm:"column:description"`
	Version     int64           `gorm:"column:version"`
	CreatedAt   database.Micros `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt   database.Micros `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (templateRow) TableName() string { return "letter_templates" }

func (r templateRow) template() Template {
	return Template{
		Kind: letter.Kind(r.Kind), Language: r.Language, Subject: r.Subject, HTML: r.HTML, Text: r.Text,
		Description: r.Description, Version: r.Version, CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time(), inlined: r.Inlined,
	}
}

func (s *Service) upsertTemplate(ctx context.Context, realmID string, t Template, now time.Time) error {
	return s.db.With(ctx).Exec("INSERT INTO letter_templates"+
		" (realm_id, kind, language, subject, html, inlined, text, description, version, created_at, updated_at)"+
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (realm_id, kind, language) DO UPDATE SET"+
		" subject = excluded.subject, html = excluded.html, inlined = excluded.inlined, text = excluded.text,"+
		" description = excluded.description, version = letter_templates.version + 1, updated_at = excluded.updated_at",
		realmID, string(t.Kind), t.Language, t.Subject, t.HTML, t.inlined, t.Text, t.Description,
		database.At(now), database.At(now)).Error
}

func (s *Service) findTemplate(ctx context.Context, realmID, kind, language string) (templateRow, error) {
	var r templateRow
	err := s.db.With(ctx).Where("realm_id = ? AND kind = ? AND language = ?", realmID, kind, language).Take(&r).Error
	return r, err
}

func (s *Service) listTemplates(ctx context.Context, realmID string) (rows []templateRow, err error) {
	err = s.db.With(ctx).Where("realm_id = ?", realmID).Order("kind, language").Find(&rows).Error
	return rows, err
}

func (s *Service) removeTemplate(ctx context.Context, realmID, kind, language string) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND kind = ? AND language = ?", realmID, kind, language).Delete(&templateRow{})
	return res.RowsAffected == 1, res.Error
}
