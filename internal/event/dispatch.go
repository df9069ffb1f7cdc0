package event

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"authserver/internal/database"
	"authserver/internal/failpoint"
	"authserver/internal/id"
)

// Subscriber acts on events inside the database.
type Subscriber interface {
	Name() string
	// Handle writes what follows from e, in the transaction that marks e as
	// dispatched: rows only, nothing slow, nothing remote. An error undoes what
	// all subscribers did for e and has it tried again. The context's actor is
	// the system; what Handle records is dispatched in its turn.
	Handle(ctx context.Context, e Event) error
}

// Batcher is a Subscriber that takes events together: what it locks is locked once, and
// last. The context's actor is the system.
type Batcher interface {
	Subscriber
	// HandleAll is Handle for all events of the transaction, when every other
	// Subscriber has handled them. They are in the order of their times.
	HandleAll(ctx context.Context, list []Event) error
}

// Observer hears of an event after its effects are committed, at most once.
type Observer func(Event)

// DispatcherDeps is what a Dispatcher needs. From Attempts on, zero chooses the default.
type DispatcherDeps struct {
	DB          *database.DB
	Log         *Log
	Subscribers []Subscriber
	Observers   []Observer
	Now         func() time.Time
	Logger      *slog.Logger

	Attempts  int           // before an event is parked; 8
	Lease     time.Duration // how long a dispatcher may take for a batch; 30 s
	Retention time.Duration // how long dispatched events are kept; 7 days
}

// Dispatcher takes events to the subscribers. Any number may run, in any number
// of processes.
type Dispatcher struct{ d DispatcherDeps }

const (
	dispatchBatch = 256
	dispatchAgain = 64 // single events tried again in one go
	pollEvery     = time.Second
	sweepEvery    = time.Minute
	sweepBatch    = 1000
	// linger is how long a dispatcher that was woken waits for more, so that a
	// busy house makes batches. Nobody waits for a dispatch.
	linger = 20 * time.Millisecond
)

// NewDispatcher returns a Dispatcher. It panics when a dependency is missing.
func NewDispatcher(d DispatcherDeps) *Dispatcher {
	if d.DB == nil || d.Log == nil || d.Now == nil {
		panic("event.NewDispatcher: DB, Log and Now are needed")
	}
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	if d.Attempts == 0 {
		d.Attempts = 8
	}
	if d.Lease == 0 {
		d.Lease = 30 * time.Second
	}
	if d.Retention == 0 {
		d.Retention = 7 * 24 * time.Hour
	}
	d.Subscribers = slices.Clone(d.Subscribers)
	return &Dispatcher{d}
}

// Add adds a subscriber after the others. Nothing may be dispatched yet.
func (d *Dispatcher) Add(s Subscriber) { d.d.Subscribers = append(d.d.Subscribers, s) }

// Run dispatches until ctx ends, at once what this process records, within a
// second what others do. It finishes the batch that it is at.
func (d *Dispatcher) Run(ctx context.Context) error {
	poll, sweep := time.NewTicker(pollEvery), time.NewTicker(sweepEvery)
	defer poll.Stop()
	defer sweep.Stop()
	failing := false
	for {
		err := d.drain(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !failing {
			d.d.Logger.Error("events cannot be dispatched", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-poll.C:
		case <-sweep.C:
			if err := d.Sweep(ctx); err != nil && ctx.Err() == nil {
				d.d.Logger.Error("old events cannot be removed", "error", err)
			}
		case <-d.d.Log.wake:
			t := time.NewTimer(linger)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
			}
		}
	}
}

// drain dispatches until nothing is due. A batch is not stopped half-way by the
// shutdown: its lease would hold it for nothing.
func (d *Dispatcher) drain(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := d.Once(context.WithoutCancel(ctx))
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

// Once dispatches what is due, up to some hundred events, and returns how many
// it took on, dispatched or not.
func (d *Dispatcher) Once(ctx context.Context) (int, error) {
	fresh, again, err := d.d.Log.store.due(ctx, d.d.Now())
	if err != nil {
		return 0, fmt.Errorf("look for events: %w", err)
	}
	taken := 0
	if fresh {
		c, err := d.claim(ctx, false)
		if err != nil {
			return 0, err
		}
		taken += len(c.events)
		if err := d.dispatch(ctx, c); err != nil {
			return taken, err
		}
	}
	for i := 0; again && i < dispatchAgain; i++ {
		c, err := d.claim(ctx, true)
		if err != nil {
			return taken, err
		}
		taken += len(c.events)
		again = len(c.events) > 0
		if err := d.dispatch(ctx, c); err != nil {
			return taken, err
		}
	}
	return taken, nil
}

// claim is a set of events that this dispatcher has a lease on.
type claim struct {
	owner  string // of this claim alone, so that none is taken for a later one
	events []Event
}

func (d *Dispatcher) claim(ctx context.Context, again bool) (claim, error) {
	c := claim{owner: id.New()}
	now := d.d.Now()
	err := d.d.DB.InTx(ctx, func(ctx context.Context) error {
		var rows []row
		var err error
		if again {
			rows, err = d.d.Log.store.claimAgain(ctx, c.owner, now, now.Add(d.d.Lease))
		} else {
			rows, err = d.d.Log.store.claimFresh(ctx, c.owner, now.Add(d.d.Lease), dispatchBatch)
		}
		if err != nil {
			return err
		}
		if c.events, err = events(rows); err != nil {
			return err
		}
		return failpoint.Hit(ctx, "event/claiming")
	})
	if err != nil {
		return claim{}, fmt.Errorf("claim events: %w", err)
	}
	return c, failpoint.Hit(ctx, "event/claimed")
}

// Sweep removes the events that were dispatched longer ago than the retention,
// in small transactions. Run does it every minute.
func (d *Dispatcher) Sweep(ctx context.Context) error {
	before := d.d.Now().Add(-d.d.Retention)
	for ctx.Err() == nil {
		var n int64
		err := d.d.DB.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = d.d.Log.store.sweep(ctx, before, sweepBatch)
			return err
		})
		if err != nil || n < sweepBatch {
			return err
		}
	}
	return context.Cause(ctx)
}
