//go:build faultinject

package event_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/failpoint"
)

// steps are all places between which a dispatcher can die.
func steps() []string {
	return []string{
		"event/claiming", "event/claimed", "event/marked", "event/handled", "event/dispatched",
		"database/committing", "database/committed",
	}
}

func TestSlowDispatcherWhoseLeaseWasTakenDoesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, "a", "b")
	var seen atomic.Int64
	edit := func(d *event.DispatcherDeps) {
		d.Subscribers = []event.Subscriber{note(s.db)}
		d.Observers = []event.Observer{func(event.Event) { seen.Add(1) }}
	}
	slow, quick := s.dispatcher(edit), s.dispatcher(edit)
	overtaken := false
	ctx := failpoint.Set(t.Context(), "event/claimed", func(context.Context) error {
		if !overtaken {
			overtaken = true
			s.clock.pass(time.Hour) // it sleeps
			for once(t, quick) > 0 {
			}
		}
		return nil
	})
	if _, err := slow.Once(ctx); err != nil {
		t.Fatal(err)
	}
	if got := effects(t, s.db); !overtaken || len(got) != 2 || seen.Load() != 2 {
		t.Errorf("overtaken %v, effects %v, observed %d; want a and b once", overtaken, got, seen.Load())
	}
}

// TestEveryCommittedEventTakesEffectOnce records while dispatchers die at every
// step: by an error, a panic, a cancelled context, or silently.
func TestEveryCommittedEventTakesEffectOnce(t *testing.T) {
	t.Parallel()
	const events, dispatchers = 400, 4
	url := dbtest.URL(t)
	s := sceneOn(t, dbtest.Open(t, url))
	var wg sync.WaitGroup
	var recorded atomic.Bool
	var want []string
	wg.Go(func() {
		defer recorded.Store(true)
		for i := range events {
			n := fmt.Sprintf("%04d", i)
			if i%3 == 0 { // every third change is undone
				_ = s.db.InTx(s.ctx, func(ctx context.Context) error {
					return errors.Join(s.log.Record(ctx, ref(), happened{n}), errors.New("undone"))
				})
				continue
			}
			want = append(want, n)
			s.record(t, n)
		}
	})
	var deaths atomic.Int64
	for range dispatchers {
		node := sceneOn(t, dbtest.Open(t, url))
		node.clock = s.clock
		wg.Go(func() {
			for finished := false; !finished; {
				ended := recorded.Load()
				s.clock.pass(time.Minute) // leases of the dead run out
				n := mortal(t, node, &deaths)
				finished = ended && n == 0 && drained(t, node)
			}
		})
	}
	wg.Wait()
	if got := effects(t, s.db); !slices.Equal(got, want) {
		t.Errorf("%d effects, want %d, each once", len(got), len(want))
	}
	if _, parked, err := s.log.Backlog(t.Context()); err != nil || parked != 0 {
		t.Errorf("%d parked, %v; want none: death is not the events' fault", parked, err)
	}
	if deaths.Load() < 10 {
		t.Errorf("only %d deaths: the test shows nothing", deaths.Load())
	}
}

// drained tells whether nothing waits any more, so that all may stop.
func drained(t *testing.T, s scene) bool {
	t.Helper()
	waiting, _, err := s.log.Backlog(t.Context())
	if err != nil {
		t.Error(err)
	}
	return waiting == 0
}

// mortal runs a dispatcher once that may die at a random step.
func mortal(t *testing.T, s scene, deaths *atomic.Int64) (taken int) {
	t.Helper()
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Subscribers = []event.Subscriber{note(s.db)}
		d.Attempts = 1_000_000
		d.Lease = 10 * time.Second
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	step, way := steps()[rand.N(len(steps()))], rand.N(4)
	ctx = failpoint.Set(ctx, step, func(context.Context) error {
		if rand.N(3) == 0 {
			return nil
		}
		deaths.Add(1)
		switch way {
		case 0:
			return failpoint.ErrInjected
		case 1:
			cancel()
		case 2:
			panic("died at " + step)
		}
		return nil
	})
	if way == 3 { // silently: whoever was here is simply gone, with what it held
		ctx = failpoint.Set(ctx, step, func(context.Context) error { panic(abandoned{}) })
		deaths.Add(1)
	}
	defer func() {
		if recover() != nil {
			taken = 1
		}
	}()
	taken, err := d.Once(ctx)
	if err != nil {
		return 1
	}
	return taken
}

// abandoned is the panic of a goroutine that is given up.
type abandoned struct{}

// TestDispatchProcess is the process that TestKilledProcessesLoseNothing starts
// and that its environment kills.
func TestDispatchProcess(t *testing.T) {
	t.Parallel()
	url := os.Getenv("EVENT_TEST_DISPATCH")
	if url == "" {
		return
	}
	db := dbtest.Open(t, url)
	log := event.New(event.Deps{DB: db, Now: time.Now})
	d := event.NewDispatcher(event.DispatcherDeps{
		DB: db, Log: log, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Subscribers: []event.Subscriber{note(db)}, Lease: 50 * time.Millisecond, Attempts: 1_000_000,
	})
	for {
		if n, err := d.Once(t.Context()); err != nil || n == 0 {
			return
		}
	}
}

func TestKilledProcessesLoseNothing(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	s := sceneOn(t, dbtest.Open(t, url))
	var want []string
	var wg sync.WaitGroup
	killed := 0
	crowd := append(steps(), "") // the last one lives
	// On a busy machine a process may find everything leased to one that was killed, and
	// end in peace. Then others are tried.
	for i := 0; i < len(crowd) || killed < 5 && i < 10*len(crowd); i++ {
		step := crowd[i%len(crowd)]
		for j := range 5 {
			n := fmt.Sprintf("%d-%d", i, j)
			s.record(t, n)
			want = append(want, n)
		}
		cmds := make([]*exec.Cmd, 2)
		for j := range cmds {
			cmds[j] = exec.Command(os.Args[0], "-test.run=^TestDispatchProcess$")
			cmds[j].Env = append(os.Environ(), "EVENT_TEST_DISPATCH="+url)
			if step != "" {
				cmds[j].Env = append(cmds[j].Env, fmt.Sprintf("FAILPOINTS=%s=kill@%d", step, j+1))
			}
			wg.Go(func() { _ = cmds[j].Run() })
		}
		wg.Wait()
		for _, cmd := range cmds {
			if cmd.ProcessState.ExitCode() == -1 {
				killed++
			}
		}
	}
	// Whoever is left finds leases that have run out by the clock of the world.
	s.clock.pass(time.Since(s.clock.now()) + time.Hour)
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Subscribers, d.Attempts = []event.Subscriber{note(s.db)}, 1_000_000
	})
	for once(t, d) > 0 {
	}
	slices.Sort(want)
	if got := effects(t, s.db); !slices.Equal(got, want) {
		t.Errorf("effects %v, want %v", got, want)
	}
	if killed < 5 {
		t.Errorf("only %d processes were killed: the test shows nothing", killed)
	}
}
