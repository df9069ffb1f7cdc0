package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"authserver/internal/database"
)

// sweeper is a room whose rows expire. Sweep deletes some of them, in small
// batches, and says how many; it is harmless when several nodes sweep at once.
type sweeper struct {
	room  string
	sweep func(context.Context) (int, error)
}

// sweepAll lets each room sweep once. A room that fails does not keep the others
// from it.
func sweepAll(ctx context.Context, logger *slog.Logger, rooms []sweeper) error {
	var failed error
	for _, r := range rooms {
		n, err := r.sweep(ctx)
		if err != nil && ctx.Err() == nil {
			failed = errors.Join(failed, fmt.Errorf("sweep %s: %w", r.room, err))
		}
		if n > 0 {
			logger.DebugContext(ctx, "expired rows deleted", "room", r.room, "rows", n)
		}
	}
	return failed
}

// sweepers lists the rooms whose rows expire.
func (s *Server) sweepers() []sweeper {
	return []sweeper{
		{"tenant/realm", s.Realms.Sweep},
		{"identity/challenge", s.Challenges.Sweep},
		{"identity/flow", s.Flows.Sweep},
		{"identity/session", s.Sessions.Sweep},
		{"identity/login", s.Logins.Sweep},
		{"identity/mfa", s.Factors.Sweep},
		{"identity/passkey", s.Passkeys.Sweep},
		{"identity/federation", s.Federation.Sweep},
		{"identity/activity", s.Activity.Sweep},
		{"identity/privacy", s.Privacy.Sweep},
		{"identity/bulk", s.Bulk.Sweep},
		{"notify/message", s.Messages.Sweep},
		{"notify/webhook", s.Webhooks.Sweep},
		{"notify/signal", s.Signals.Sweep},
		{"notify/inapp", s.Notices.Sweep},
		{"oauth", s.OAuth.Sweep},
		{"internal/rest", s.Admin.Sweep},
		{"watch/statistics", s.Statistics.Sweep},
		{"watch/audit", s.Audit.Sweep},
		{"notify/pubsub", s.Bus.Sweep},
		{"watch/security", s.Security.Sweep},
	}
}

// remains are what is left of deleted realms.
type remains struct{ db *database.DB }

// Purge deletes everything of a realm. Its events stay until they have been told and are
// swept as all are. The chain of its audit stays as long as any audit is kept; the keys
// that tell whom it is about go.
func (r remains) Purge(ctx context.Context, realmID string) (int, error) {
	return r.db.Purge(ctx, "realm_id", realmID, []string{"events", "audit_heads", "audit_entries", "audit_segments"})
}
