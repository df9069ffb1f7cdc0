package user

import (
	"context"
	"strings"

	"authserver/internal/database"
	"authserver/internal/id"
)

func (s *Service) list(ctx context.Context, realmID string, f Filter) ([]*User, error) {
	q := s.db.With(ctx).Where("realm_id = ? AND id > ?", realmID, f.After)
	if f.Status != "" {
		q = q.Where("status = ?", string(f.Status))
	} else {
		q = q.Where("status <> ?", string(StatusErased))
	}
	if f.EmailVerified != nil {
		q = q.Where("email_verified = ?", *f.EmailVerified)
	}
	if f.HasFactor != nil {
		if *f.HasFactor {
			q = q.Where("factors <> ''")
		} else {
			q = q.Where("factors = ''")
		}
	}
	if !f.CreatedAfter.IsZero() {
		q = q.Where("created_at > ?", database.At(f.CreatedAfter))
	}
	if !f.CreatedBefore.IsZero() {
		q = q.Where("created_at < ?", database.At(f.CreatedBefore))
	}
	switch {
	case f.Query == "":
	case id.Valid(f.Query):
		q = q.Where("id = ?", f.Query)
	case strings.HasPrefix(f.Query, "+"):
		q = q.Where("phone = ?", f.Query)
	default:
		like := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(f.Query)) + "%"
		q = q.Where(`(email_key LIKE ? ESCAPE '\' OR LOWER(given_name) LIKE ? ESCAPE '\' OR LOWER(family_name) LIKE ? ESCAPE '\' OR LOWER(name) LIKE ? ESCAPE '\')`,
			like, like, like, like)
	}
	var rows []row
	if err := q.Order("id").Limit(f.Limit).Find(&rows).Error; err != nil {
		return nil, database.Translate(err)
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
