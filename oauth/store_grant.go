package oauth

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
)

// GrantFilter selects what people gave to applications, as long as tokens of it can be
// refreshed, the newest first.
type GrantFilter struct {
	UserID, ApplicationID string // at least one
	// AfterAt and AfterID are where the page before ended.
	AfterAt time.Time
	AfterID string
	Limit   int
}

// grants returns the live grants of the realm that the filter selects.
func (s *Service) grants(ctx context.Context, realmID string, f GrantFilter, now time.Time) ([]grantRow, error) {
	q := s.db.With(ctx).Table("oauth_grants").Where("realm_id = ? AND revoked_at = 0 AND expires_at > ?", realmID, database.At(now))
	if f.UserID != "" {
		q = q.Where("user_id = ?", f.UserID)
	}
	if f.ApplicationID != "" {
		q = q.Where("application_id = ?", f.ApplicationID)
	}
	if f.AfterID != "" {
		q = q.Where("(created_at, id) < (?, ?)", database.At(f.AfterAt), f.AfterID)
	}
	var rows []grantRow
	if err := q.Order("created_at DESC, id DESC").Limit(f.Limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list grants: %w", database.Translate(err))
	}
	return rows, nil
}

// endSome is endGrants for up to limit grants that people gave to an application.
func (s *Service) endSome(ctx context.Context, realmID, appID string, now time.Time, limit int) ([]endedGrant, error) {
	return s.endGrants(ctx, realmID, `id IN (SELECT id FROM oauth_grants WHERE realm_id = ? AND application_id = ? AND revoked_at = 0 LIMIT ?)`,
		now, realmID, appID, limit)
}
