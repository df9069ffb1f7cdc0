package user

import (
	"context"
	"errors"
	"strings"

	"gorm.io/gorm"

	"authserver/internal/database"
	"authserver/internal/id"
)

func (s *Service) list(ctx context.Context, realmID string, f Filter) ([]*User, error) {
	rows, err := s.selected(ctx, realmID, f)
	if err != nil {
		return nil, err
	}
	all := make([]*User, 0, len(rows))
	for _, r := range rows {
		u, err := r.user()
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// selected finds by terms where there is a text to find.
func (s *Service) selected(ctx context.Context, realmID string, f Filter) ([]row, error) {
	if f.Query == "" || id.Valid(f.Query) || strings.HasPrefix(f.Query, "+") {
		return s.inOrder(ctx, realmID, f)
	}
	waiting, err := s.waiting(ctx, realmID)
	if err != nil {
		return nil, err
	}
	if waiting {
		return s.inOrder(ctx, realmID, f)
	}
	return s.found(ctx, realmID, f)
}

// filtered is the query for those whom the filter lets through. What stands in it as text
// is what the partial indexes say.
func filtered(q *gorm.DB, f Filter) *gorm.DB {
	if f.Status != "" {
		q = q.Where("status = ?", string(f.Status))
	} else {
		q = q.Where("status <> 'erased'")
	}
	if f.EmailVerified != nil {
		q = q.Where("email_verified = ?", *f.EmailVerified)
	}
	if f.HasFactor != nil {
		q = q.Where("(factors <> '') = ?", *f.HasFactor)
	}
	if !f.CreatedAfter.IsZero() {
		q = q.Where("created_at > ?", database.At(f.CreatedAfter))
	}
	if !f.CreatedBefore.IsZero() {
		q = q.Where("created_at < ?", database.At(f.CreatedBefore))
	}
	return q
}

// inOrder are people in the order of their creation.
func (s *Service) inOrder(ctx context.Context, realmID string, f Filter) (rows []row, err error) {
	q := filtered(s.db.With(ctx).Where("realm_id = ?", realmID), f)
	if f.After != "" {
		last, err := s.byID(ctx, realmID, f.After)
		if errors.Is(err, ErrNotFound) {
			return nil, ErrChanged
		}
		if err != nil {
			return nil, err
		}
		q = q.Where("(created_at, id) > (?, ?)", last.CreatedAt, last.ID)
	}
	switch {
	case f.Query == "":
	case id.Valid(f.Query):
		q = q.Where("id = ?", f.Query)
	case strings.HasPrefix(f.Query, "+"):
		q = q.Where("phone = ? AND phone <> ''", f.Query)
	default: // somebody is not findable yet, so everybody is looked at
		like := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(f.Query)) + "%"
		q = q.Where(`(email_key LIKE ? ESCAPE '\' OR LOWER(given_name) LIKE ? ESCAPE '\' OR LOWER(family_name) LIKE ? ESCAPE '\' OR LOWER(name) LIKE ? ESCAPE '\')`,
			like, like, like, like)
	}
	err = q.Order("created_at").Order("id").Limit(f.Limit).Find(&rows).Error
	return rows, database.Translate(err)
}
