package pubsub

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/id"
	"authserver/internal/tracing"
	"authserver/internal/worker"
)

const (
	// batch is how many messages are published at a time: SNS takes ten.
	batch = 10
	// patience bounds a call to the bus; the lease must outlast it.
	patience = 15 * time.Second
	lease    = time.Minute
	// firstPause doubles with each failed attempt, up to lastPause.
	firstPause = time.Second
	lastPause  = 5 * time.Minute
	pollEvery  = time.Second
	// remembered is how long a duplicate is known as one: as long as SQS can keep a
	// message. Dead messages are kept for deadKept.
	remembered = 15 * 24 * time.Hour
	deadKept   = 30 * 24 * time.Hour
)

// Outgoing is a message on its way out.
type Outgoing struct {
	ID, RealmID, Type string
	Body              string
}

// Publisher is a way out.
type Publisher interface {
	// Publish hands messages over, up to ten. It returns one error for each, nil for
	// what the bus has taken.
	Publish(ctx context.Context, list []Outgoing) []error
}

// Deps is what the room needs.
type Deps struct {
	DB *database.DB
	// Publisher is the bus; nil: nothing is told, and Handle must not be subscribed.
	Publisher Publisher
	Now       func() time.Time
	Logger    *slog.Logger
}

// Service is what the room can do.
type Service struct {
	db   *database.DB
	bus  Publisher
	now  func() time.Time
	log  *slog.Logger
	wake worker.Bell
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Now == nil || d.Logger == nil {
		panic("pubsub: DB, Now and Logger are required")
	}
	return &Service{db: d.DB, bus: d.Publisher, now: d.Now, log: d.Logger, wake: worker.NewBell()}
}

// Name implements event.Subscriber.
func (s *Service) Name() string { return "bus" }

// Handle implements event.Subscriber: it writes the message about the event.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	body, err := json.Marshal(of(e))
	if err != nil {
		return fmt.Errorf("message about event %s: %w", e.ID, err)
	}
	now := database.At(s.now())
	if err := s.insert(ctx, row{ID: e.ID, RealmID: e.RealmID, Type: e.Type, Body: string(body), NextAttemptAt: now, CreatedAt: now}); err != nil {
		return fmt.Errorf("queue the message about event %s: %w", e.ID, err)
	}
	s.db.AfterCommit(ctx, s.wake.Ring)
	return nil
}

// Run publishes until ctx ends: at once what this process queues, within a second what
// others do. It finishes the batch that it is at.
func (s *Service) Run(ctx context.Context) error {
	worker.Drain(ctx, pollEvery, s.wake, s.Once, func(ctx context.Context, err error) {
		s.log.ErrorContext(ctx, "messages cannot be published", "error", err)
	})
	return nil
}

// Once publishes some of the messages that are due and returns how many it took on. Its
// error is the database's; what the bus fails at stays with the message.
func (s *Service) Once(ctx context.Context) (int, error) {
	some, err := s.due(ctx, s.now())
	if err != nil || !some {
		return 0, err
	}
	owner, now := id.New(), s.now()
	var rows []row
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		rows, err = s.claim(ctx, owner, now, now.Add(lease))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("claim messages: %w", err)
	}
	if err := failpoint.Hit(ctx, "pubsub/claimed"); err != nil || len(rows) == 0 {
		return len(rows), err
	}
	errs := s.publish(ctx, rows)
	if err := failpoint.Hit(ctx, "pubsub/published"); err != nil {
		return len(rows), err
	}
	return len(rows), s.settle(ctx, owner, rows, errs)
}

// publish is outside any transaction.
func (s *Service) publish(ctx context.Context, rows []row) []error {
	ctx, span := tracing.Start(ctx, tracing.Producer, "bus publish")
	defer span.End()
	span.Int("messaging.batch.message_count", len(rows))
	list := make([]Outgoing, 0, len(rows))
	for _, r := range rows {
		list = append(list, Outgoing{r.ID, r.RealmID, r.Type, r.Body})
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	errs := s.bus.Publish(ctx, list)
	for _, err := range errs {
		if err != nil {
			span.Fail("publish")
		}
	}
	return errs
}

// settle removes what the bus has taken and puts the rest back.
func (s *Service) settle(ctx context.Context, owner string, rows []row, errs []error) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var taken []string
		for i, r := range rows {
			if errs[i] == nil {
				taken = append(taken, r.ID)
				continue
			}
			if err := s.postpone(ctx, owner, r.ID, bound(errs[i].Error()), s.now().Add(pause(r.Attempts))); err != nil {
				return err
			}
		}
		return s.remove(ctx, owner, taken)
	})
	if err != nil {
		return fmt.Errorf("settle messages: %w", err)
	}
	for i, r := range rows {
		if errs[i] != nil {
			s.log.WarnContext(ctx, "message will be published later", "message_id", r.ID, "type", r.Type, "attempts", r.Attempts, "error", bound(errs[i].Error()))
		}
	}
	return nil
}

// pause is how long a message rests after so many attempts, with some chance, so that
// those which failed together do not come together again.
func pause(attempts int) time.Duration {
	p := min(firstPause<<min(attempts-1, 20), lastPause)
	return p + rand.N(p/4+1)
}

// bound makes of another's words something that every column can hold.
func bound(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "")
	}
	return s
}

// clean makes of another's bytes something that PostgreSQL takes as text.
func clean(b []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(b), ""), "\x00", "")
}

// Queue returns how many messages wait for the bus, and when the one was queued that has
// waited longest.
func (s *Service) Queue(ctx context.Context) (waiting int64, since time.Time, err error) {
	waiting, at, err := s.backlog(ctx)
	return waiting, at.Time(), err
}

// Sweep forgets what nobody asks for any more, some at a time, and returns how many rows
// it removed.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		n, err = s.sweep(ctx, s.now().Add(-remembered), s.now().Add(-deadKept), 500)
		return err
	})
	return n, err
}
