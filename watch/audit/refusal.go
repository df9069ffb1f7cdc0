package audit

import (
	"context"
	"sync"
	"time"

	"authserver/internal/event"
	"authserver/tenant/realm"
)

const (
	// refusedEvery is how often the same refusal of the same caller is recorded by a node:
	// asking again and again must not fill the audit.
	refusedEvery = time.Minute
	// refusedMost bounds what a node remembers for that.
	refusedMost = 10_000
)

// refusals remembers when a refusal was recorded last.
type refusals struct {
	mu   sync.Mutex
	last map[[4]string]time.Time
}

// fresh reports whether the refusal is to be recorded now, and remembers that it is.
func (r *refusals) fresh(who [4]string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.last[who]; ok && now.Sub(at) < refusedEvery {
		return false
	}
	if r.last == nil || len(r.last) >= refusedMost {
		r.last = map[[4]string]time.Time{}
	}
	r.last[who] = now
	return true
}

// Refused records that whoever acts in ctx asked the administration for an operation that
// they may not do, once a minute at most on each node. It implements rest.Refusals. What
// cannot be recorded is logged: the refusal stands.
func (s *Service) Refused(ctx context.Context, operation, reason string) {
	actor, _ := event.ActorFrom(ctx)
	ref := event.Ref{Kind: "operation", ID: operation}
	if r, ok := realm.Maybe(ctx); ok {
		ref.RealmID = r.ID
	}
	if !s.refusals.fresh([4]string{ref.RealmID, actor.Kind, actor.ID, operation}, s.now()) {
		return
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error { return s.events.Record(ctx, ref, Refused{reason}) })
	if err != nil {
		s.logger.ErrorContext(ctx, "refusal not recorded", "operation", operation, "error", err)
	}
}
