package rbac

import (
	"context"
	"time"

	"authserver/internal/database"
)

// holders are the people who are assigned one of the roles now, by themselves or by a group.
func (s *Service) holders(ctx context.Context, realmID string, roles []string, after string, now time.Time, limit int) ([]string, error) {
	var ids []string
	const current = "a.realm_id = ? AND a.role_id IN ? AND a.unmet = '[]' AND a.starts_at <= ? AND (a.expires_at = 0 OR a.expires_at > ?)"
	at := database.At(now)
	err := s.db.With(ctx).Raw(`
		SELECT a.subject_id AS id FROM role_assignments AS a WHERE `+current+` AND a.subject_kind = ? AND a.subject_id > ?
		UNION
		SELECT m.member_id AS id FROM role_assignments AS a JOIN group_members AS m ON m.realm_id = a.realm_id AND m.group_id = a.subject_id
		WHERE `+current+` AND a.subject_kind = ? AND m.member_kind = ? AND m.member_id > ?
		ORDER BY id LIMIT ?`,
		realmID, roles, at, at, User, after, realmID, roles, at, at, Group, User, after, limit).Scan(&ids).Error
	return ids, database.Translate(err)
}
