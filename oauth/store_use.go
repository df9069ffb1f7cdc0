package oauth

import (
	"context"
	"time"

	"authserver/identity/session"
	"authserver/internal/database"
)

// usesMost bounds what one person's page lists.
const usesMost = 500

// liveGrants are the user's grants that have neither ended nor expired.
func (s *Service) liveGrants(ctx context.Context, realmID, userID string, now time.Time) ([]session.Use, error) {
	var rows []struct {
		ApplicationID, SessionID, Scopes string
		CreatedAt                        database.Micros
	}
	err := s.db.With(ctx).Raw(`SELECT application_id, session_id, scopes, created_at FROM oauth_grants
		WHERE realm_id = ? AND user_id = ? AND revoked_at = 0 AND expires_at > ?
		ORDER BY created_at, id LIMIT ?`, realmID, userID, database.At(now), usesMost).Scan(&rows).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	uses := make([]session.Use, len(rows))
	for i, r := range rows {
		uses[i] = session.Use{
			ApplicationID: r.ApplicationID, SessionID: r.SessionID, Scopes: decodeList(r.Scopes), Since: r.CreatedAt.Time(),
		}
	}
	return uses, nil
}
