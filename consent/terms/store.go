package terms

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// row is a line of the table documents.
type row struct {
	ID        string          `gorm:"column:id;primaryKey"`
	RealmID   string          `gorm:"column:realm_id"`
	Kind      string          `gorm:"column:kind"`
	Version   string          `gorm:"column:version"`
	Number    int64           `gorm:"column:number"`
	Required  bool            `gorm:"column:required"`
	Language  string          `gorm:"column:language"`
	Texts     string          `gorm:"column:texts"`
	Row       int64           `gorm:"column:row_version"`
	CreatedAt database.Micros `gorm:"column:created_at"`
}

// TableName names the table.
func (row) TableName() string { return "documents" }

// activationRow is a line of the table document_activations.
type activationRow struct {
	ID         string          `gorm:"column:id;primaryKey"`
	RealmID    string          `gorm:"column:realm_id"`
	Kind       string          `gorm:"column:kind"`
	DocumentID string          `gorm:"column:document_id"`
	StartsAt   database.Micros `gorm:"column:starts_at"`
	CreatedAt  database.Micros `gorm:"column:created_at"`
}

// TableName names the table.
func (activationRow) TableName() string { return "document_activations" }

func micros(t time.Time) database.Micros { return database.At(t) }

func rowOf(d *Document) (row, error) {
	texts, err := json.Marshal(d.Texts)
	if err != nil {
		return row{}, fmt.Errorf("encode texts: %w", err)
	}
	return row{d.ID, d.RealmID, d.Kind, d.Version, d.Number, d.Required, d.Language, string(texts), d.Row, database.At(d.CreatedAt)}, nil
}

func (r row) document() (*Document, error) {
	d := &Document{
		ID: r.ID, RealmID: r.RealmID, Kind: r.Kind, Version: r.Version, Number: r.Number, Required: r.Required, Language: r.Language,
		Row: r.Row, CreatedAt: r.CreatedAt.Time(),
	}
	if r.Texts == "" { // a list, which leaves them out
		return d, nil
	}
	if err := json.Unmarshal([]byte(r.Texts), &d.Texts); err != nil {
		return nil, fmt.Errorf("decode texts of document %s: %w", r.ID, err)
	}
	return d, nil
}

func documentsOf(rows []row) ([]*Document, error) {
	all := make([]*Document, 0, len(rows))
	for _, r := range rows {
		d, err := r.document()
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func (s *Service) findDocument(ctx context.Context, realmID, documentID string, lock bool) (*Document, error) {
	q := s.db.With(ctx)
	if lock {
		q = database.Lock(q)
	}
	var rows []row
	if err := q.Where("id = ? AND realm_id = ?", documentID, realmID).Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read document %s: %w", documentID, err)
	}
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return rows[0].document()
}

// findEither returns a document of the realm or of all, or nil.
func (s *Service) findEither(ctx context.Context, realmID, documentID string) (*Document, error) {
	var rows []row
	err := s.db.With(ctx).Where("id = ? AND realm_id IN (?, '')", documentID, realmID).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0].document()
}

func (s *Service) listDocuments(ctx context.Context, realmID, kind, after string, limit int) ([]*Document, error) {
	q := s.db.With(ctx).Omit("texts").Where("realm_id = ?", realmID)
	if kind != "" {
		q = q.Where("kind = ?", kind)
	}
	if after != "" {
		q = q.Where("id < ?", after)
	}
	var rows []row
	if err := q.Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, err
	}
	return documentsOf(rows)
}

// numbers returns the last number of a kind, and whether there is such a version.
func (s *Service) numbers(ctx context.Context, realmID, kind, version string) (last int64, taken bool, err error) {
	var found []struct {
		Last  int64
		Taken int64
	}
	err = s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND kind = ?", realmID, kind).
		Select("COALESCE(MAX(number), 0) AS last, COUNT(CASE WHEN version = ? THEN 1 END) AS taken", version).Find(&found).Error
	if err != nil || len(found) == 0 {
		return 0, false, err
	}
	return found[0].Last, found[0].Taken > 0, nil
}

func (s *Service) insertDocument(ctx context.Context, d *Document) (bool, error) {
	r, err := rowOf(d)
	if err != nil {
		return false, err
	}
	res := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&r)
	return res.RowsAffected == 1, res.Error
}

func (s *Service) updateDocument(ctx context.Context, d *Document) error {
	r, err := rowOf(d)
	if err != nil {
		return err
	}
	res := s.db.With(ctx).Model(&row{}).Where("id = ? AND realm_id = ? AND row_version = ?", d.ID, d.RealmID, d.Row-1).
		Updates(map[string]any{"version": r.Version, "required": r.Required, "language": r.Language, "texts": r.Texts, "row_version": r.Row})
	return changedOne(res)
}

func (s *Service) deleteDocument(ctx context.Context, realmID, documentID string) error {
	return changedOne(s.db.With(ctx).Where("id = ? AND realm_id = ?", documentID, realmID).Delete(&row{}))
}

func changedOne(res *gorm.DB) error {
	if res.Error == nil && res.RowsAffected != 1 {
		return ErrNotFound
	}
	return res.Error
}

func (s *Service) insertActivation(ctx context.Context, a activationRow) (bool, error) {
	res := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
	return res.RowsAffected == 1, res.Error
}

// deletePlans gives up what has not begun, and returns how much that was.
func (s *Service) deletePlans(ctx context.Context, realmID, documentID string, now time.Time) (int64, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND document_id = ? AND starts_at > ?", realmID, documentID, database.At(now)).Delete(&activationRow{})
	return res.RowsAffected, res.Error
}

// activationsOf are an owner's activations of one kind, the earliest first.
func (s *Service) activationsOf(ctx context.Context, realmID, kind string) ([]activation, error) {
	var rows []activationRow
	if err := s.db.With(ctx).Where("realm_id = ? AND kind = ?", realmID, kind).Order("starts_at").Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make([]activation, 0, len(rows))
	for _, r := range rows {
		all = append(all, activation{r.DocumentID, r.StartsAt.Time()})
	}
	return all, nil
}

// everActive reports whether the document is, was or will be in force.
func (s *Service) everActive(ctx context.Context, documentID string) (bool, error) {
	var n int64
	err := s.db.With(ctx).Model(&activationRow{}).Where("document_id = ?", documentID).Limit(1).Count(&n).Error
	return n > 0, err
}

// loadShelf reads what an owner has in force, had, and plans, in three statements.
func (s *Service) loadShelf(ctx context.Context, realmID string) (*shelf, error) {
	var starts []activationRow
	if err := s.db.With(ctx).Where("realm_id = ?", realmID).Order("kind, starts_at").Find(&starts).Error; err != nil {
		return nil, err
	}
	found := &shelf{activations: map[string][]activation{}, documents: map[string]*Document{}, pins: map[string][]Pin{}}
	now := s.now()
	var wanted []string
	for i, r := range starts {
		found.activations[r.Kind] = append(found.activations[r.Kind], activation{r.DocumentID, r.StartsAt.Time()})
		over := i+1 < len(starts) && starts[i+1].Kind == r.Kind && !starts[i+1].StartsAt.Time().After(now)
		if r.DocumentID != "" && !over {
			wanted = append(wanted, r.DocumentID)
		}
	}
	if len(wanted) > 0 {
		var rows []row
		if err := s.db.With(ctx).Where("realm_id = ? AND id IN ?", realmID, wanted).Find(&rows).Error; err != nil {
			return nil, err
		}
		all, err := documentsOf(rows)
		if err != nil {
			return nil, err
		}
		for _, d := range all {
			found.documents[d.ID] = d
		}
	}
	if realmID == "" {
		return found, nil
	}
	var pins []pinRow
	if err := s.db.With(ctx).Where("realm_id = ?", realmID).Find(&pins).Error; err != nil {
		return nil, err
	}
	for _, p := range pins {
		found.pins[p.ApplicationID] = append(found.pins[p.ApplicationID], p.pin())
	}
	return found, nil
}
