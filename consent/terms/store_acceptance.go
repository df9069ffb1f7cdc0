package terms

import (
	"context"

	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// acceptanceRow is a line of the table document_acceptances.
type acceptanceRow struct {
	ID            string          `gorm:"column:id;primaryKey"`
	RealmID       string          `gorm:"column:realm_id"`
	UserID        string          `gorm:"column:user_id"`
	DocumentID    string          `gorm:"column:document_id"`
	Global        bool            `gorm:"column:global"`
	Kind          string          `gorm:"column:kind"`
	Version       string          `gorm:"column:version"`
	Number        int64           `gorm:"column:number"`
	Digest        []byte          `gorm:"column:digest"`
	Language      string          `gorm:"column:language"`
	ApplicationID string          `gorm:"column:application_id"`
	Channel       string          `gorm:"column:channel"`
	AcceptedAt    database.Micros `gorm:"column:accepted_at"`
}

// TableName names the table.
func (acceptanceRow) TableName() string { return "document_acceptances" }

// pinRow is a line of the table application_documents.
type pinRow struct {
	RealmID       string `gorm:"column:realm_id;primaryKey"`
	ApplicationID string `gorm:"column:application_id;primaryKey"`
	Kind          string `gorm:"column:kind;primaryKey"`
	DocumentID    string `gorm:"column:document_id"`
	Global        bool   `gorm:"column:global"`
	Number        int64  `gorm:"column:number"`
}

// TableName names the table.
func (pinRow) TableName() string { return "application_documents" }

func (p pinRow) pin() Pin { return Pin{p.Kind, p.DocumentID, p.Global, p.Number} }

// insertAcceptance reports whether the person had not accepted the document before.
func (s *Service) insertAcceptance(ctx context.Context, a *Acceptance) (bool, error) {
	res := s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&acceptanceRow{
		a.ID, a.RealmID, a.UserID, a.DocumentID, a.Global, a.Kind, a.Version, a.Number, a.Digest, a.Language, a.ApplicationID, a.Channel,
		database.At(a.AcceptedAt),
	})
	return res.RowsAffected == 1, res.Error
}

func (s *Service) marksOf(ctx context.Context, realmID, userID string) ([]mark, error) {
	var rows []acceptanceRow
	err := s.db.With(ctx).Select("document_id, global, kind, number").Where("realm_id = ? AND user_id = ?", realmID, userID).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	all := make([]mark, 0, len(rows))
	for _, r := range rows {
		all = append(all, mark{r.DocumentID, r.Global, r.Kind, r.Number})
	}
	return all, nil
}

func (s *Service) findAcceptances(ctx context.Context, realmID string, query Query) ([]*Acceptance, error) {
	q := s.db.With(ctx).Where("realm_id = ?", realmID)
	for column, value := range map[string]string{
		"user_id": query.UserID, "document_id": query.DocumentID, "application_id": query.ApplicationID, "kind": query.Kind,
	} {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	if query.After != "" {
		q = q.Where("id > ?", query.After)
	}
	if !query.From.IsZero() {
		q = q.Where("accepted_at >= ?", database.At(query.From))
	}
	if !query.To.IsZero() {
		q = q.Where("accepted_at < ?", database.At(query.To))
	}
	if query.Limit > 0 {
		q = q.Limit(query.Limit)
	}
	var rows []acceptanceRow
	if err := q.Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make([]*Acceptance, 0, len(rows))
	for _, r := range rows {
		all = append(all, &Acceptance{
			ID: r.ID, RealmID: r.RealmID, UserID: r.UserID, DocumentID: r.DocumentID, Global: r.Global, Kind: r.Kind, Version: r.Version,
			Number: r.Number, Digest: r.Digest, Language: r.Language, ApplicationID: r.ApplicationID, Channel: r.Channel, AcceptedAt: r.AcceptedAt.Time(),
		})
	}
	return all, nil
}

func (s *Service) deleteAcceptances(ctx context.Context, realmID, userID string) error {
	return s.db.With(ctx).Where("realm_id = ? AND user_id = ?", realmID, userID).Delete(&acceptanceRow{}).Error
}

func (s *Service) pinsOf(ctx context.Context, realmID, applicationID string) ([]Pin, error) {
	var rows []pinRow
	if err := s.db.With(ctx).Where("realm_id = ? AND application_id = ?", realmID, applicationID).Order("kind").Find(&rows).Error; err != nil {
		return nil, err
	}
	pins := make([]Pin, 0, len(rows))
	for _, r := range rows {
		pins = append(pins, r.pin())
	}
	return pins, nil
}

func (s *Service) replacePins(ctx context.Context, realmID, applicationID string, pins []Pin) error {
	if err := s.db.With(ctx).Where("realm_id = ? AND application_id = ?", realmID, applicationID).Delete(&pinRow{}).Error; err != nil {
		return err
	}
	for _, p := range pins {
		if err := s.db.With(ctx).Create(&pinRow{realmID, applicationID, p.Kind, p.DocumentID, p.Global, p.Number}).Error; err != nil {
			return err
		}
	}
	return nil
}

// dropPins forgets what the application demands and reports whether that was anything.
func (s *Service) dropPins(ctx context.Context, realmID, applicationID string) (bool, error) {
	res := s.db.With(ctx).Where("realm_id = ? AND application_id = ?", realmID, applicationID).Delete(&pinRow{})
	return res.RowsAffected > 0, res.Error
}
