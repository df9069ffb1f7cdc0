package session

import (
	"context"
	"fmt"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
)

// ErrCurrent says that a person must sign out of the browser they are using, instead
// of ending its session from within.
var ErrCurrent = fault.New(fault.Conflict, "session_current", "This is the session that you are using. Sign out instead.")

// Why sessions end that a person or an administrator ended from elsewhere.
const (
	EndedByUser  = "ended_by_user"
	EndedByAdmin = "ended_by_admin"
)

// Use is an application that holds something because of a person's sign-in.
type Use struct {
	ApplicationID string
	// SessionID is empty for what outlives the session it came from.
	SessionID string
	Scopes    []string
	Since     time.Time
}

// EndOwn ends one session of the user and what was granted in it. It returns
// ErrNotFound when the user has no such live session.
func (s *Service) EndOwn(ctx context.Context, realmID, userID, sessionID, reason string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		ended, err := s.end(ctx, realmID, reason, s.now(), "id = ? AND user_id = ? AND idle_expires_at > ?", sessionID, userID, database.At(s.now()))
		if err != nil {
			return fmt.Errorf("end session %s of user %s: %w", sessionID, userID, err)
		}
		if len(ended) == 0 {
			return ErrNotFound
		}
		if err := s.grants.RevokeSession(ctx, realmID, sessionID, reason); err != nil {
			return fmt.Errorf("end session %s of user %s: revoke grants: %w", sessionID, userID, err)
		}
		return s.record(ctx, realmID, reason, ended)
	})
}
