package statistics

import (
	"context"
	"fmt"
	"time"

	"authserver/identity/federation"
	"authserver/identity/login"
	"authserver/identity/mfa"
	"authserver/identity/passkey"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
)

// What is counted of a day.
const (
	signIns  = "sign_ins"
	failures = "sign_in_failures"
	arrivals = "users_created"
	leavings = "users_deleted"
)

// realmDeleted is the event after which a realm has no statistics.
const realmDeleted = "realm.deleted"

// counted says what an event counts as, or "". Whoever comes in begins a session,
// whichever way they took.
func counted(eventType string) string {
	switch eventType {
	case session.Created{}.EventType():
		return signIns
	case login.Failed{}.EventType(), passkey.Refused{}.EventType(), federation.Failed{}.EventType(), mfa.Failed{}.EventType():
		return failures
	case user.Created{}.EventType():
		return arrivals
	case user.Deleted{}.EventType():
		return leavings
	}
	return ""
}

// Name implements event.Subscriber.
func (s *Service) Name() string { return "statistics" }

// Handle implements event.Subscriber: it counts the event on its day.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	if e.Type == realmDeleted {
		return s.remove(ctx, e.RealmID)
	}
	name := counted(e.Type)
	if name == "" || e.RealmID == "" {
		return nil
	}
	if err := s.increase(ctx, e.RealmID, dayOf(e.At), name); err != nil {
		return fmt.Errorf("count event %s: %w", e.ID, err)
	}
	return nil
}

// dayOf is the number of the day in UTC.
func dayOf(at time.Time) int64 { return at.Unix() / (24 * 60 * 60) }

// Sweep forgets days that are older than they are kept, some at a time, and returns how
// many rows it removed.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		n, err = s.sweep(ctx, dayOf(s.now())-kept, 500)
		return err
	})
	return n, err
}

// Day is what happened on one day.
type Day struct {
	Date                                          time.Time
	SignIns, Failures, UsersCreated, UsersDeleted int64
}

// Days returns the last n days of a realm, the oldest first. Today is the last.
func (s *Service) Days(ctx context.Context, realmID string, n int) ([]Day, error) {
	today := dayOf(s.now())
	first := today - int64(n) + 1
	rows, err := s.since(ctx, []string{realmID}, first)
	if err != nil {
		return nil, fmt.Errorf("days of realm %s: %w", realmID, err)
	}
	days := make([]Day, n)
	for i := range days {
		days[i].Date = time.Unix((first+int64(i))*24*60*60, 0).UTC()
	}
	for _, r := range rows {
		if r.Day <= today { // a clock may run ahead
			days[r.Day-first].add(r.Name, r.Count)
		}
	}
	return days, nil
}

func (d *Day) add(name string, n int64) {
	switch name {
	case signIns:
		d.SignIns += n
	case failures:
		d.Failures += n
	case arrivals:
		d.UsersCreated += n
	case leavings:
		d.UsersDeleted += n
	}
}
