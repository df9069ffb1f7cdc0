package user

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"authserver/internal/database"
)

// termRow is a line of the table user_terms: one text that somebody is found by.
type termRow struct {
	RealmID string `gorm:"column:realm_id;primaryKey"`
	Term    []byte `gorm:"column:term;primaryKey"`
	UserID  string `gorm:"column:user_id;primaryKey"`
}

// TableName names the table.
func (termRow) TableName() string { return "user_terms" }

// insertTerms stores what the users are found by.
func (s *Service) insertTerms(ctx context.Context, users ...row) error {
	var lines []termRow
	for _, u := range users {
		for _, term := range u.terms() {
			lines = append(lines, termRow{u.RealmID, term, u.ID})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return database.Translate(s.db.With(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&lines).Error)
}

// retell stores anew what the users are found by. It takes hold of their rows first, so
// that who changes one meanwhile comes before or after.
func (s *Service) retell(ctx context.Context, realmID string, userIDs ...string) error {
	db := s.db.With(ctx)
	if err := db.Model(&row{}).Where("realm_id = ? AND id IN ?", realmID, userIDs).Update("searched", gorm.Expr("version")).Error; err != nil {
		return database.Translate(err)
	}
	var users []row
	if err := db.Where("realm_id = ? AND id IN ?", realmID, userIDs).Find(&users).Error; err != nil {
		return database.Translate(err)
	}
	if err := db.Where("realm_id = ? AND user_id IN ?", realmID, userIDs).Delete(&termRow{}).Error; err != nil {
		return database.Translate(err)
	}
	return s.insertTerms(ctx, users...)
}

// unsearched are some of those who wait to be made findable, in any realm.
func (s *Service) unsearched(ctx context.Context, most int) (some []row, err error) {
	err = s.db.With(ctx).Select("realm_id", "id").Where("searched < version").Order("realm_id").Order("id").Limit(most).Find(&some).Error
	return some, database.Translate(err)
}

// waiting reports whether anybody of the realm waits.
func (s *Service) waiting(ctx context.Context, realmID string) (bool, error) {
	var ids []string
	// The order leads PostgreSQL to the index, which is empty: it believes that a third of all rows wait.
	err := s.db.With(ctx).Model(&row{}).Where("realm_id = ? AND searched < version", realmID).Order("id").Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, database.Translate(err)
}

// first is the first of the user's terms in the span, or nil.
func (s *Service) first(ctx context.Context, realmID, userID string, from, to []byte) ([]byte, error) {
	var lines []termRow
	err := s.db.With(ctx).Where("realm_id = ? AND user_id = ? AND term >= ? AND term < ?", realmID, userID, from, to).Order("term").Limit(1).Find(&lines).Error
	if err != nil || len(lines) == 0 {
		return nil, database.Translate(err)
	}
	return lines[0].Term, nil
}

// found are people with a term in the span, by the first of those, each once. The join's
// order is written down, for SQLite knows nothing about the tables' sizes.
func (s *Service) found(ctx context.Context, realmID string, f Filter) (rows []row, err error) {
	from, to := span(f.Query)
	q := s.db.With(ctx).Table("user_terms AS t").Select("u.*").Joins("CROSS JOIN users AS u").
		Where("t.realm_id = ? AND t.term >= ? AND t.term < ? AND u.realm_id = t.realm_id AND u.id = t.user_id", realmID, from, to).
		Where("NOT EXISTS (SELECT 1 FROM user_terms AS o WHERE o.realm_id = t.realm_id AND o.user_id = t.user_id AND o.term >= ? AND o.term < t.term)", from)
	if f.After != "" {
		at, err := s.first(ctx, realmID, f.After, from, to)
		if err != nil {
			return nil, err
		}
		if at == nil {
			return nil, ErrChanged
		}
		q = q.Where("(t.term, t.user_id) > ( ?, ?)", at, f.After) // the space: gorm takes bytes right after a parenthesis for a list
	}
	err = filtered(q, f).Order("t.term").Order("t.user_id").Limit(f.Limit).Find(&rows).Error
	return rows, database.Translate(err)
}
