package user

import (
	"context"
	"time"

	"gorm.io/gorm"

	"authserver/internal/database"
)

// setErasure reports whether the user is there, not erased, and meets the condition.
func (s *Service) setErasure(ctx context.Context, realmID, userID string, at time.Time, condition string) (bool, error) {
	columns := stamped(s.now(), map[string]any{"erasure_at": database.At(at)})
	return s.set(ctx, realmID, userID, columns, condition+" AND status <> ?", string(StatusErased))
}

func (s *Service) erasureDue(ctx context.Context, now time.Time, limit int) ([]*User, error) {
	var rows []row
	err := s.db.With(ctx).Where("erasure_at > 0 AND erasure_at <= ?", database.At(now)).
		Order("erasure_at").Order("id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, database.Translate(err)
	}
	users := make([]*User, len(rows))
	for i, r := range rows {
		if users[i], err = r.user(); err != nil {
			return nil, err
		}
	}
	return users, nil
}

// bury empties the row of a user under a condition, and reports whether it held and
// there was anything left of them. The key is one that Normalise never makes, so
// nobody finds the row by an address, and it takes no address away.
func (s *Service) bury(ctx context.Context, realmID, userID string, now time.Time, condition string, args ...any) (bool, error) {
	columns, err := profile(&User{})
	if err != nil {
		return false, err
	}
	for name, value := range map[string]any{
		"email": "", "email_key": "erased " + userID, "email_verified": false,
		"status": string(StatusErased), "password_hash": "", "password_serial": gorm.Expr("password_serial + 1"), "must_change_password": false,
		"require_second_factor": false, "factors": "", "erasure_at": database.Micros(0),
		"last_login_at": database.Micros(0), "password_changed_at": database.Micros(0),
	} {
		columns[name] = value
	}
	done, err := s.set(ctx, realmID, userID, stamped(now, columns), condition+" AND status <> ?", append(args, string(StatusErased))...)
	if err != nil || !done {
		return false, err
	}
	return true, s.retell(ctx, realmID, userID)
}
