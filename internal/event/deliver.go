package event

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/failpoint"
	"authserver/internal/tracing"
)

// errLost says that a lease ran out and another dispatcher has the event now, or
// has dispatched it.
var errLost = errors.New("event: the lease was lost")

// dispatch takes a claim to the subscribers: together if possible, else one by
// one. Its error is the database's; what a subscriber fails at stays with the event.
func (d *Dispatcher) dispatch(ctx context.Context, c claim) error {
	if len(c.events) == 0 {
		return nil
	}
	ctx, span := tracing.Start(ctx, tracing.Consumer, "events dispatch")
	defer span.End()
	span.Int("messaging.batch.message_count", len(c.events))
	if len(c.events) > 1 {
		err := d.together(ctx, c)
		if err == nil {
			d.observe(c.events)
			return failpoint.Hit(ctx, "event/dispatched")
		}
		if errors.Is(err, database.ErrCommitUnknown) {
			return err // what was not committed is claimed again when the lease is over
		}
	}
	for _, e := range c.events {
		if err := d.single(ctx, c.owner, e); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dispatcher) together(ctx context.Context, c claim) error {
	first, last := c.events[0].At, c.events[len(c.events)-1].At
	return d.transact(ctx, func(ctx context.Context) error {
		n, err := d.d.Log.store.mark(ctx, c.owner, database.At(first), database.At(last), d.d.Now())
		if err != nil {
			return err
		}
		if n != int64(len(c.events)) {
			return errLost
		}
		return d.handle(ctx, c.events)
	})
}

// single dispatches one event, or notes why it could not.
func (d *Dispatcher) single(ctx context.Context, owner string, e Event) error {
	failed := errors.New("the dispatcher died each time")
	if e.Attempts <= d.d.Attempts {
		failed = d.transact(ctx, func(ctx context.Context) error {
			n, err := d.d.Log.store.markOne(ctx, owner, e.ID, d.d.Now())
			if err != nil {
				return err
			}
			if n != 1 {
				return errLost
			}
			return d.handle(ctx, []Event{e})
		})
	}
	switch {
	case failed == nil:
		d.observe([]Event{e})
		return failpoint.Hit(ctx, "event/dispatched")
	case errors.Is(failed, errLost):
		return nil
	case errors.Is(failed, database.ErrCommitUnknown):
		return failed
	}
	return d.setBack(ctx, owner, e, failed)
}

// setBack has an event tried later, or parks it.
func (d *Dispatcher) setBack(ctx context.Context, owner string, e Event, failed error) error {
	reason := bound(strings.ToValidUTF8(strings.ReplaceAll(failed.Error(), "\x00", ""), ""), 500)
	park := e.Attempts >= d.d.Attempts
	err := d.d.DB.InTx(ctx, func(ctx context.Context) error {
		if park {
			return d.d.Log.store.park(ctx, owner, e.ID, reason, d.d.Now())
		}
		return d.d.Log.store.postpone(ctx, owner, e.ID, reason, d.d.Now().Add(pause(e.Attempts)))
	})
	if err != nil {
		return fmt.Errorf("set event %s back: %w", e.ID, err)
	}
	if park {
		d.d.Logger.Error("event parked", "event_id", e.ID, "event_type", e.Type, "attempts", e.Attempts, "error", reason)
	} else {
		d.d.Logger.Warn("event will be tried again", "event_id", e.ID, "event_type", e.Type, "attempts", e.Attempts, "error", reason)
	}
	return nil
}

// pause is how long an event rests after so many attempts: 1 s, 2 s, 4 s … 5 min.
func pause(attempts int) time.Duration {
	return min(time.Second<<min(attempts-1, 20), 5*time.Minute)
}

// handle lets every subscriber handle the events, those that take them together last.
func (d *Dispatcher) handle(ctx context.Context, list []Event) error {
	if err := failpoint.Hit(ctx, "event/marked"); err != nil {
		return err
	}
	for _, e := range list {
		ctx := WithActor(ctx, Actor{Kind: System, RequestID: e.Actor.RequestID})
		for _, s := range d.d.Subscribers {
			if _, together := s.(Batcher); together {
				continue
			}
			if err := s.Handle(ctx, e); err != nil {
				return fmt.Errorf("subscriber %s: %w", s.Name(), err)
			}
		}
	}
	for _, s := range d.d.Subscribers {
		if b, together := s.(Batcher); together {
			if err := b.HandleAll(WithActor(ctx, Actor{Kind: System}), list); err != nil {
				return fmt.Errorf("subscriber %s: %w", s.Name(), err)
			}
		}
	}
	return failpoint.Hit(ctx, "event/handled")
}

// transact is InTx for code of others, whose panic is a failure of the event and
// not of the process.
func (d *Dispatcher) transact(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return d.d.DB.InTx(ctx, fn)
}

// observe tells the observers; one that panics does not silence the others.
func (d *Dispatcher) observe(list []Event) {
	tell := func(o Observer, e Event) {
		defer func() {
			if p := recover(); p != nil {
				d.d.Logger.Error("observer panicked", "event_type", e.Type, "panic", fmt.Sprint(p))
			}
		}()
		o(e)
	}
	for _, e := range list {
		for _, o := range d.d.Observers {
			tell(o, e)
		}
	}
}
