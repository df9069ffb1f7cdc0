package event_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
	"authserver/internal/id"

	"github.com/google/go-cmp/cmp"
)

func TestDispatchTakesEffectOnceAndTellsObservers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, "a", "b", "c")
	var seen []string
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Subscribers = []event.Subscriber{note(s.db), handler(func(ctx context.Context, e event.Event) error {
			if a, _ := event.ActorFrom(ctx); a.Kind != event.System || a.RequestID != "r1" {
				return fmt.Errorf("handled as %+v", a)
			}
			return nil
		})}
		d.Observers = []event.Observer{
			func(event.Event) { panic("a broken observer") },
			func(e event.Event) { seen = append(seen, string(e.Payload)) },
		}
	})
	if n := once(t, d); n != 3 {
		t.Errorf("took on %d, want 3", n)
	}
	if n := once(t, d); n != 0 {
		t.Errorf("took on %d the second time, want 0", n)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, effects(t, s.db)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{`{"n":"a"}`, `{"n":"b"}`, `{"n":"c"}`}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestPoisonousEventHoldsNobodyAndIsParked(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("poison") },
		"panic": func() error { panic("poison") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.record(t, "a", "bad", "c")
			tries := 0
			d := s.dispatcher(func(d *event.DispatcherDeps) {
				d.Attempts = 3
				d.Subscribers = []event.Subscriber{note(s.db), handler(func(_ context.Context, e event.Event) error {
					if strings.Contains(string(e.Payload), "bad") {
						tries++
						return fail()
					}
					return nil
				})}
			})
			for range 10 {
				once(t, d)
				s.clock.pass(time.Hour)
			}
			if diff := cmp.Diff([]string{"a", "c"}, effects(t, s.db)); diff != "" {
				t.Error(diff)
			}
			if tries != 4 { // the first time also in the batch
				t.Errorf("tried %d times, want 4", tries)
			}
			waiting, parked, err := s.log.Backlog(t.Context())
			if err != nil || waiting != 0 || parked != 1 {
				t.Errorf("%d waiting, %d parked, %v; want 0, 1", waiting, parked, err)
			}
		})
	}
}

func TestFailedEventRestsBeforeItIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, "a")
	tries := 0
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Subscribers = []event.Subscriber{note(s.db), handler(func(context.Context, event.Event) error {
			if tries++; tries < 3 {
				return errors.New("not yet")
			}
			return nil
		})}
	})
	for _, want := range []int{1, 1} { // nothing happens without time passing
		once(t, d)
		if tries != want {
			t.Errorf("tried %d times, want %d", tries, want)
		}
	}
	s.clock.pass(1001 * time.Millisecond)
	once(t, d)
	s.clock.pass(1001 * time.Millisecond)
	once(t, d)
	if tries != 2 {
		t.Errorf("tried %d times, want 2: the pause grows", tries)
	}
	s.clock.pass(time.Second)
	once(t, d)
	if got := effects(t, s.db); len(got) != 1 || tries != 3 {
		t.Errorf("effects %v after %d tries", got, tries)
	}
}

func TestWhatSubscribersRecordIsDispatchedToo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, "first")
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Subscribers = []event.Subscriber{note(s.db), handler(func(ctx context.Context, e event.Event) error {
			if strings.Contains(string(e.Payload), "second") {
				return nil
			}
			return s.log.Record(ctx, e.Ref, happened{"second"})
		})}
	})
	for once(t, d) > 0 {
	}
	if diff := cmp.Diff([]string{"first", "second"}, effects(t, s.db)); diff != "" {
		t.Error(diff)
	}
}

func TestManyDispatchersShareTheWork(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	s := sceneOn(t, dbtest.Open(t, url))
	for i := range 500 {
		s.log.RecordSoon(s.ctx, ref(), happened{fmt.Sprintf("%03d", i)})
	}
	if err := s.log.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		other := sceneOn(t, dbtest.Open(t, url))
		d := other.dispatcher(func(d *event.DispatcherDeps) { d.Subscribers = []event.Subscriber{note(other.db)} })
		wg.Go(func() {
			for {
				n, err := d.Once(t.Context())
				if err != nil {
					t.Error(err)
				}
				if n == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	if got := effects(t, s.db); len(got) != 500 {
		t.Errorf("%d effects, want 500", len(got))
	}
}

func TestRunHearsOfNewEventsAndEndsCleanly(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	seen := make(chan string, 10)
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Observers = []event.Observer{func(e event.Event) { seen <- string(e.Payload) }}
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- d.Run(ctx) }()
	for _, n := range []string{"a", "b"} {
		s.record(t, n)
		select {
		case got := <-seen:
			if want := `{"n":"` + n + `"}`; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("not dispatched")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestDispatchedEventsAreSweptAfterTheirTime(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.dispatcher(func(d *event.DispatcherDeps) { d.Retention = time.Hour })
	s.record(t, "old")
	once(t, d)
	s.clock.pass(40 * time.Minute)
	s.record(t, "young")
	once(t, d)
	s.clock.pass(40 * time.Minute)
	s.record(t, "waiting")
	if err := d.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := eventtest.Recorded(t, s.db, "acme")
	if len(got) != 2 || string(got[0].Payload) != `{"n":"young"}` {
		t.Errorf("kept %d events, want young and waiting", len(got))
	}
}

func TestTheOldestWaitingEventHasAnAge(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	oldest := func() time.Time {
		at, err := s.log.Oldest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	if at := oldest(); !at.IsZero() {
		t.Errorf("an empty log has an oldest event, of %s", at)
	}
	first := s.clock.now().Truncate(time.Microsecond)
	s.record(t, "first")
	s.clock.pass(time.Minute)
	s.record(t, "second")
	if at := oldest(); !at.Equal(first) {
		t.Errorf("the oldest is of %s, want %s", at, first)
	}
	once(t, s.dispatcher(nil))
	if at := oldest(); !at.IsZero() {
		t.Errorf("all are dispatched, and one waits since %s", at)
	}
}

// crowd is a subscriber that takes events together.
type crowd struct{ handler }

func (c crowd) HandleAll(ctx context.Context, list []event.Event) error {
	if a, ok := event.ActorFrom(ctx); !ok || a.Kind != event.System {
		return errors.New("somebody else acts")
	}
	joined := event.Event{ID: id.New(), Payload: []byte(fmt.Sprintf(`{"n":"together %d"}`, len(list)))}
	return c.handler(ctx, joined)
}

// Who takes events together is asked once, after all others, and not for each one.
func TestABatcherTakesEventsTogether(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, "a", "b", "c")
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Subscribers = []event.Subscriber{crowd{note(s.db)}, note(s.db)}
	})
	once(t, d)
	if got := effects(t, s.db); !slices.Equal(got, []string{"a", "b", "c", "together 3"}) {
		t.Errorf("effects %v", got)
	}
}

// One that it cannot take does not hold up the others.
func TestABatcherThatFailsIsAskedForEachEvent(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, "a", "b")
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Subscribers = []event.Subscriber{note(s.db), crowd{func(_ context.Context, e event.Event) error {
			if string(e.Payload) != `{"n":"together 1"}` {
				return errors.New("too many")
			}
			return nil
		}}}
	})
	once(t, d)
	if got := effects(t, s.db); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("effects %v", got)
	}
}
