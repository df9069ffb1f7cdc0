package event_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"

	"github.com/google/go-cmp/cmp"
)

// happened is the payload of these tests.
type happened struct {
	N string `json:"n"`
}

func (happened) EventType() string { return "test.happened" }

// clock is a time that only the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2030, 1, 2, 3, 4, 5, 678, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// scene is a database with a log, and an actor who acts.
type scene struct {
	db    *database.DB
	log   *event.Log
	clock *clock
	ctx   context.Context
}

func ann() event.Actor {
	return event.Actor{Kind: event.User, ID: "ann", IP: "192.0.2.1", UserAgent: "Browser", RequestID: "r1"}
}

func newScene(t *testing.T) scene {
	t.Helper()
	return sceneOn(t, dbtest.New(t))
}

func sceneOn(t *testing.T, db *database.DB) scene {
	t.Helper()
	s := scene{db: db, clock: newClock()}
	s.ctx = event.WithActor(t.Context(), ann())
	s.log = event.New(event.Deps{DB: s.db, Now: s.clock.now, Logger: slog.New(slog.DiscardHandler)})
	return s
}

func ref() event.Ref { return event.Ref{RealmID: "acme", Kind: "user", ID: "ann"} }

// record records one event for each n, each in its own transaction.
func (s scene) record(t *testing.T, ns ...string) {
	t.Helper()
	for _, n := range ns {
		err := s.db.InTx(s.ctx, func(ctx context.Context) error { return s.log.Record(ctx, ref(), happened{n}) })
		if err != nil {
			t.Fatal(err)
		}
	}
}

// dispatcher returns a dispatcher of the scene; edit may change its settings.
func (s scene) dispatcher(edit func(*event.DispatcherDeps)) *event.Dispatcher {
	d := event.DispatcherDeps{DB: s.db, Log: s.log, Now: s.clock.now, Logger: slog.New(slog.DiscardHandler)}
	if edit != nil {
		edit(&d)
	}
	return event.NewDispatcher(d)
}

// handler is a subscriber made of a function.
type handler func(ctx context.Context, e event.Event) error

func (handler) Name() string                                      { return "test" }
func (h handler) Handle(ctx context.Context, e event.Event) error { return h(ctx, e) }

// note is a subscriber that writes the effect of an event: a row that must not
// be there twice, in a table of the plumbing below.
func note(db *database.DB) handler {
	return func(ctx context.Context, e event.Event) error {
		return db.With(ctx).Exec("INSERT INTO changes (id, topic, key, at) VALUES (?, 'effect', ?, 0)", e.ID, string(e.Payload)).Error
	}
}

// effects returns the payloads that note has written.
func effects(t *testing.T, db *database.DB) []string {
	t.Helper()
	var keys []string
	if err := db.With(t.Context()).Raw("SELECT key FROM changes WHERE topic = 'effect'").Scan(&keys).Error; err != nil {
		t.Fatal(err)
	}
	for i, key := range keys {
		keys[i] = strings.TrimSuffix(strings.TrimPrefix(key, `{"n":"`), `"}`)
	}
	slices.Sort(keys)
	return keys
}

// once runs Once, which must not fail.
func once(t *testing.T, d *event.Dispatcher) int {
	t.Helper()
	n, err := d.Once(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEventIsThereExactlyIfTheChangeIs(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, "kept")
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		if err := s.log.Record(ctx, ref(), happened{"undone"}); err != nil {
			return err
		}
		return errors.New("the change failed")
	})
	if err == nil {
		t.Fatal("the error was lost")
	}
	got := eventtest.Recorded(t, s.db, "acme")
	want := []event.Event{{
		RealmID: "acme", Type: "test.happened", Ref: ref(), Actor: ann(),
		At: s.clock.now().Truncate(time.Microsecond), Payload: []byte(`{"n":"kept"}`),
	}}
	if len(got) == 1 {
		want[0].ID = got[0].ID
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if got := eventtest.Types(t, s.db, "other"); len(got) != 0 {
		t.Errorf("another realm: got %v", got)
	}
}

func TestRecordNeedsTransactionAndActor(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if err := s.log.Record(s.ctx, ref(), happened{"x"}); !errors.Is(err, event.ErrOutsideTransaction) {
		t.Errorf("got %v, want ErrOutsideTransaction", err)
	}
	err := s.db.InTx(t.Context(), func(ctx context.Context) error { return s.log.Record(ctx, ref(), happened{"x"}) })
	if !errors.Is(err, event.ErrNoActor) {
		t.Errorf("got %v, want ErrNoActor", err)
	}
}

func TestWhatClientsSendOfThemselvesIsBounded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ctx = event.WithActor(t.Context(), event.Actor{Kind: event.Anonymous, UserAgent: strings.Repeat("ü\x00\xff", 4000), RequestID: strings.Repeat("x", 4000)})
	s.record(t, "x")
	a := eventtest.Recorded(t, s.db, "acme")[0].Actor
	if len(a.UserAgent) > 1200 || len(a.RequestID) > 100 {
		t.Errorf("user agent of %d bytes, request id of %d", len(a.UserAgent), len(a.RequestID))
	}
}

func TestRecordSoonWritesInGroups(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	before := s.db.Totals()
	for i := range 200 {
		s.log.RecordSoon(s.ctx, ref(), happened{fmt.Sprint(i)})
	}
	if err := s.log.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := len(eventtest.Recorded(t, s.db, "acme")); got != 200 || s.log.Dropped() != 0 {
		t.Errorf("%d events and %d dropped, want 200 and 0", got, s.log.Dropped())
	}
	if got := s.db.Totals().Commits - before.Commits; got > 20 {
		t.Errorf("%d commits for 200 events", got)
	}
}

func TestRecordSoonCountsWhatItLoses(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.log.RecordSoon(t.Context(), ref(), happened{"nobody acts"})
	if got := s.log.Dropped(); got != 1 {
		t.Errorf("%d dropped, want 1", got)
	}
	// While a transaction holds SQLite's writer, or the table on PostgreSQL, the queue fills.
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		s.log.RecordSoon(s.ctx, ref(), happened{"fits"})
		for range 40 {
			s.log.RecordSoon(s.ctx, ref(), slices.Repeat([]event.Payload{happened{"flood"}}, 1000)...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.log.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := uint64(len(eventtest.Recorded(t, s.db, "acme")))
	if kept+s.log.Dropped() != 40002 || s.log.Dropped() == 1 {
		t.Errorf("%d kept and %d dropped, want 40002 in all, and some dropped", kept, s.log.Dropped())
	}
}

func TestOneRefusedRowDoesNotHoldTheOthers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	// PostgreSQL has no text with a NUL; SQLite has.
	s.log.RecordSoon(s.ctx, event.Ref{RealmID: "acme", Kind: "user", ID: "\x00"}, happened{"refused"})
	s.log.RecordSoon(s.ctx, ref(), happened{"fine"})
	if err := s.log.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := eventtest.Recorded(t, s.db, "acme")
	if uint64(len(list))+s.log.Dropped() != 2 || string(list[len(list)-1].Payload) != `{"n":"fine"}` {
		t.Errorf("kept %d, dropped %d", len(list), s.log.Dropped())
	}
}
