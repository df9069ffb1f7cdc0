package pubsub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/failpoint"
	"authserver/internal/id"
	"authserver/internal/tracing"
)

const (
	// deliveries is how often a message is tried before it is dead.
	deliveries = 5
	// Visibility is how long a message is ours after it was received, or extended.
	Visibility = time.Minute
	// longestRest bounds the pauses while the bus does not answer.
	longestRest = 30 * time.Second
)

// Delivery is a message that the bus has lent.
type Delivery struct {
	// Handle names the delivery to the Source.
	Handle string
	Body   []byte
	// Count is how often the message has been delivered, this time included.
	Count int
}

// Source is a way in.
type Source interface {
	// Receive waits a while for messages and returns some, perhaps none.
	Receive(ctx context.Context) ([]Delivery, error)
	// Done takes a message off the bus.
	Done(ctx context.Context, d Delivery) error
	// Extend keeps messages ours for another Visibility.
	Extend(ctx context.Context, list []Delivery) error
}

// Consumer reads a source for its handlers.
type Consumer struct {
	// Name tells consumers apart that read the same messages for different ends.
	Name     string
	Source   Source
	Handlers *Handlers

	room *Service
	beat time.Duration // between extensions
	rest func(ctx context.Context, d time.Duration)
}

// Consumer returns a reader of source. It panics without a name or handlers.
func (s *Service) Consumer(name string, source Source, handlers *Handlers) *Consumer {
	if name == "" || source == nil || handlers == nil {
		panic("pubsub: a consumer needs a name, a source and handlers")
	}
	return &Consumer{Name: name, Source: source, Handlers: handlers, room: s, beat: Visibility / 3, rest: restFor}
}

// Run reads until ctx ends; it finishes the message that it is at.
func (c *Consumer) Run(ctx context.Context) error {
	failures := 0
	for ctx.Err() == nil {
		_, err := c.Once(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was to end, which is what failed
		case err == nil:
			failures = 0
			continue
		case failures == 0:
			c.room.log.ErrorContext(ctx, "the bus cannot be read", "consumer", c.Name, "error", err)
		}
		failures++
		p := min(firstPause<<min(failures-1, 10), longestRest)
		c.rest(ctx, p+rand.N(p/4+1))
	}
	return nil
}

func restFor(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Once handles what one Receive brings and returns how many messages that were. A
// message that fails is left to the bus, which delivers it again; the error is that of
// the bus or the database.
func (c *Consumer) Once(ctx context.Context) (int, error) {
	list, err := c.Source.Receive(ctx)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	ctx = context.WithoutCancel(ctx)
	stop := c.hold(ctx, list)
	defer stop()
	var failed error
	for _, d := range list {
		failed = errors.Join(failed, c.take(ctx, d))
	}
	return len(list), failed
}

// hold keeps a batch ours until the function that it returns is called.
func (c *Consumer) hold(ctx context.Context, list []Delivery) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(c.beat)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := c.Source.Extend(ctx, list); err != nil && ctx.Err() == nil {
					c.room.log.WarnContext(ctx, "messages cannot be held longer", "consumer", c.Name, "error", err)
				}
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// take handles one delivery and takes it off the bus, if it is settled.
func (c *Consumer) take(ctx context.Context, d Delivery) error {
	ctx, span := tracing.Start(ctx, tracing.Consumer, "bus handle")
	defer span.End()
	m, err := Parse(d.Body)
	if err == nil {
		err = c.handle(ctx, m)
	}
	reason := ""
	switch {
	case err == nil:
	case errors.Is(err, ErrInvalid):
		reason = "invalid_message"
	case errors.Is(err, ErrValidation):
		reason = "validation_failed"
	case errors.Is(err, ErrNoHandler):
		reason = "subscription_not_found"
	case d.Count >= deliveries:
		reason = "processing_failed"
	default:
		span.Fail("handler")
		c.room.log.WarnContext(ctx, "message will be delivered again", "consumer", c.Name, "message_id", m.ID, "type", m.Type, "deliveries", d.Count, "error", bound(err.Error()))
		return nil
	}
	if reason != "" {
		span.Fail(reason)
		if err := c.bury(ctx, m, d, reason, err); err != nil {
			return err
		}
	}
	if err := failpoint.Hit(ctx, "pubsub/handled"); err != nil {
		return err
	}
	if err := c.Source.Done(ctx, d); err != nil {
		return fmt.Errorf("take message %s off the bus: %w", m.ID, err)
	}
	return nil
}

// handle runs the handler unless the message has taken effect before. A defect in a
// handler must not end the worker.
func (c *Consumer) handle(ctx context.Context, m Message) (err error) {
	h, err := c.Handlers.find(m)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	ctx = event.WithActor(ctx, event.Actor{Kind: event.System, RequestID: m.Actor.RequestID})
	return c.room.db.InTx(ctx, func(ctx context.Context) error {
		first, err := c.room.firstTime(ctx, c.Name, m.ID)
		if err != nil || !first {
			return err
		}
		return h.run(ctx, m)
	})
}

// bury keeps a message that cannot take effect, for an operator.
func (c *Consumer) bury(ctx context.Context, m Message, d Delivery, reason string, cause error) error {
	body := d.Body
	if len(body) > bodyMax {
		body = body[:bodyMax]
	}
	c.room.log.ErrorContext(ctx, "message is dead", "consumer", c.Name, "message_id", bound(m.ID), "reason", reason, "error", bound(cause.Error()))
	err := c.room.db.InTx(ctx, func(ctx context.Context) error {
		return c.room.bury(ctx, deadRow{
			ID: id.New(), Consumer: c.Name, MessageID: bound(m.ID), Reason: reason, Detail: bound(cause.Error()), Body: clean(body), CreatedAt: database.At(c.room.now()),
		})
	})
	if err != nil {
		return fmt.Errorf("keep a dead message: %w", err)
	}
	return nil
}

// Dead is a message that did not take effect.
type Dead struct {
	MessageID, Reason, Detail, Body string
	At                              time.Time
}

// Dead returns the first thousand that are kept, the oldest first.
func (c *Consumer) Dead(ctx context.Context) ([]Dead, error) {
	rows, err := c.room.buried(ctx, c.Name)
	if err != nil {
		return nil, fmt.Errorf("dead messages of %s: %w", c.Name, err)
	}
	list := make([]Dead, 0, len(rows))
	for _, r := range rows {
		list = append(list, Dead{r.MessageID, r.Reason, r.Detail, r.Body, r.CreatedAt.Time()})
	}
	return list, nil
}
