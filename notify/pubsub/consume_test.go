package pubsub_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"authserver/internal/config"
	"authserver/notify/pubsub"
)

func streams(name string) *redis.XReadArgs {
	return &redis.XReadArgs{Streams: []string{name, "0"}, Block: 20 * time.Second}
}

type order struct {
	UserID string `json:"user_id"`
	Text   string `json:"text,omitempty"`
}

// queue is an inbox in memory, which delivers again what is not done.
type queue struct {
	list     []pubsub.Delivery
	done     []string
	extended chan int
	failing  error
}

func (q *queue) put(bodies ...string) {
	for _, b := range bodies {
		q.list = append(q.list, pubsub.Delivery{Handle: b, Body: []byte(b)})
	}
}

func (q *queue) Receive(context.Context) ([]pubsub.Delivery, error) {
	if q.failing != nil {
		return nil, q.failing
	}
	for i := range q.list {
		q.list[i].Count++
	}
	return append([]pubsub.Delivery(nil), q.list...), nil
}

func (q *queue) Done(_ context.Context, d pubsub.Delivery) error {
	for i, l := range q.list {
		if l.Handle == d.Handle {
			q.list = append(q.list[:i], q.list[i+1:]...)
			break
		}
	}
	q.done = append(q.done, d.Handle)
	return nil
}

func (q *queue) Extend(_ context.Context, list []pubsub.Delivery) error {
	select {
	case q.extended <- len(list):
	default:
	}
	return nil
}

func once(t *testing.T, c *pubsub.Consumer) {
	t.Helper()
	if _, err := c.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestHandlersGetTypedPayloadsOnce(t *testing.T) {
	t.Parallel()
	h, q := newHouse(t, nil), &queue{}
	var got []string
	var handlers pubsub.Handlers
	pubsub.On(&handlers, "order.placed", func(_ context.Context, m pubsub.Message, o order) error {
		got = append(got, m.ID+" "+o.UserID)
		return nil
	})
	pubsub.On(&handlers, "order.paid", func(context.Context, pubsub.Message, struct{}) error {
		got = append(got, "paid")
		return nil
	})
	if types := strings.Join(handlers.Types(), " "); types != "order.paid order.placed" {
		t.Errorf("types %s", types)
	}
	c := h.room.Consumer("orders", q, &handlers)
	q.put(wanted("1", "order.placed", order{UserID: "ann"}), wanted("2", "order.paid", struct{}{}))
	once(t, c)
	q.put(wanted("1", "order.placed", order{UserID: "ann", Text: "again"}))
	once(t, c)
	if strings.Join(got, ",") != "1 ann,paid" || len(q.list) != 0 || len(q.done) != 3 {
		t.Errorf("handled %v, %d left, %d done", got, len(q.list), len(q.done))
	}
	// Another consumer reads for an end of its own.
	q.put(wanted("1", "order.placed", order{UserID: "ann"}))
	once(t, h.room.Consumer("others", q, &handlers))
	if len(got) != 3 {
		t.Errorf("handled %v", got)
	}
	if dead, err := c.Dead(t.Context()); err != nil || len(dead) != 0 {
		t.Errorf("%v, %v", dead, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a second handler for a type is accepted")
		}
	}()
	pubsub.On(&handlers, "order.paid", func(context.Context, pubsub.Message, struct{}) error { return nil })
}

func TestWhatCannotBeRightIsKeptForAnOperator(t *testing.T) {
	t.Parallel()
	h, q := newHouse(t, nil), &queue{}
	var handlers pubsub.Handlers
	pubsub.On(&handlers, "order.placed", func(context.Context, pubsub.Message, order) error {
		t.Error("handled")
		return nil
	})
	c := h.room.Consumer("orders", q, &handlers)
	cases := []struct{ body, reason string }{
		{"no json\x00", "invalid_message"},
		{`{"version":2,"id":"1","type":"order.placed","payload":{}}`, "invalid_message"},
		{`{"version":1,"id":"","type":"order.placed","payload":{}}`, "invalid_message"},
		{`{"version":1,"id":"1","payload":{}}`, "invalid_message"},
		{`{"version":1,"id":"` + strings.Repeat("x", 200) + `","type":"order.placed","payload":{}}`, "invalid_message"},
		{strings.Repeat(" ", 300<<10), "invalid_message"},
		{wanted("2", "order.placed", map[string]any{"user_id": 7}), "validation_failed"},
		{wanted("3", "order.placed", map[string]any{}), "validation_failed"},
		{wanted("4", "order.placed", map[string]any{"user_id": "ann", "admin": true}), "validation_failed"},
		{`{"version":1,"id":"5","type":"order.placed"}`, "validation_failed"},
		{wanted("6", "order.stolen", order{UserID: "ann"}), "subscription_not_found"},
	}
	for _, one := range cases {
		q.put(one.body)
		once(t, c)
		h.pass(time.Second)
	}
	dead, err := c.Dead(t.Context())
	if err != nil || len(dead) != len(cases) || len(q.list) != 0 {
		t.Fatalf("%d dead, %d left, %v", len(dead), len(q.list), err)
	}
	for i, one := range cases {
		if dead[i].Reason != one.reason || dead[i].Detail == "" {
			t.Errorf("%.60s: %s (%s), want %s", one.body, dead[i].Reason, dead[i].Detail, one.reason)
		}
	}
	if dead[7].MessageID != "3" || dead[7].Body != cases[7].body {
		t.Errorf("%+v", dead[7])
	}
	h.pass(31 * 24 * time.Hour)
	if n, err := h.room.Sweep(t.Context()); err != nil || n != len(cases) {
		t.Errorf("swept %d, %v", n, err)
	}
}

func TestWhatFailsIsTriedFiveTimes(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("not now") },
		"panic": func() error { panic("a defect") },
	} {
		h, q := newHouse(t, nil), &queue{}
		tries := 0
		var handlers pubsub.Handlers
		pubsub.On(&handlers, "order.placed", func(ctx context.Context, m pubsub.Message, o order) error {
			tries++
			if o.UserID == "ann" && tries == 3 {
				return nil
			}
			return fail()
		})
		c := h.room.Consumer("orders", q, &handlers)
		q.put(wanted("1", "order.placed", order{UserID: "ann"}))
		for range 4 {
			once(t, c)
		}
		if tries != 3 || len(q.list) != 0 {
			t.Errorf("%s: %d tries, %d left; the third is right", name, tries, len(q.list))
		}
		tries = 10
		q.put(wanted("2", "order.placed", order{UserID: "bob"}))
		for range 7 {
			once(t, c)
		}
		dead, err := c.Dead(t.Context())
		if err != nil || tries != 15 || len(dead) != 1 || dead[0].Reason != "processing_failed" || dead[0].MessageID != "2" {
			t.Errorf("%s: %d tries, %+v, %v", name, tries-10, dead, err)
		}
	}
}

func TestALongHandlerKeepsItsMessages(t *testing.T) {
	t.Parallel()
	h, q := newHouse(t, nil), &queue{extended: make(chan int)}
	var handlers pubsub.Handlers
	pubsub.On(&handlers, "order.placed", func(context.Context, pubsub.Message, order) error {
		if n := <-q.extended; n != 2 {
			t.Errorf("%d messages held, want the batch", n)
		}
		return nil
	})
	c := h.room.Consumer("orders", q, &handlers)
	c.Beat(time.Millisecond)
	q.put(wanted("1", "order.placed", order{UserID: "ann"}), wanted("2", "order.placed", order{UserID: "bob"}))
	once(t, c)
	if len(q.done) != 2 {
		t.Errorf("%d done", len(q.done))
	}
}

func TestThePausesGrowWhileTheBusIsAway(t *testing.T) {
	t.Parallel()
	h, q := newHouse(t, nil), &queue{failing: errors.New("away")}
	var handlers pubsub.Handlers
	ctx, stop := context.WithCancel(t.Context())
	pubsub.On(&handlers, "order.placed", func(context.Context, pubsub.Message, order) error {
		stop()
		return nil
	})
	c := h.room.Consumer("orders", q, &handlers)
	var pauses []time.Duration
	c.Pauses(func(d time.Duration) {
		if pauses = append(pauses, d); len(pauses) == 8 {
			q.failing = nil
			q.put(wanted("1", "order.placed", order{UserID: "ann"}))
		}
	})
	if err := c.Run(ctx); err != nil {
		t.Fatal(err)
	}
	for i, base := range []int{1, 2, 4, 8, 16, 30, 30, 30} {
		least := time.Duration(base) * time.Second
		if got := pauses[i]; got < least || got > least*5/4+1 {
			t.Errorf("pause %d is %s, want %ds and up to a quarter more", i, got, base)
		}
	}
}

// Of two nodes one dies with messages that it has taken: the other gets them, with the
// count of deliveries, but not while they are held.
func TestAnotherNodeTakesOverInRedis(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	const visibility = 200 * time.Millisecond
	reader := func() pubsub.Source {
		s, err := pubsub.ReaderOf(server.URL, "in", visibility)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	one, other := reader(), reader()
	for _, id := range []string{"1", "2"} {
		err := server.client().XAdd(t.Context(), &redis.XAddArgs{Stream: "in", Values: []any{"message", wanted(id, "order.placed", order{UserID: "ann"})}}).Err()
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := one.Receive(t.Context())
	if err != nil || len(got) != 2 || got[0].Count != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	if err := one.Done(t.Context(), got[0]); err != nil {
		t.Fatal(err)
	}
	// Held: the other waits for more than the visibility and gets nothing.
	ctx, stop := context.WithCancel(t.Context())
	held := make(chan struct{})
	go func() {
		defer close(held)
		for ctx.Err() == nil {
			if err := one.Extend(t.Context(), got); err != nil {
				t.Error(err)
			}
		}
	}()
	if list, err := other.Receive(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v while the messages are held", list, err)
	}
	stop()
	<-held
	var list []pubsub.Delivery
	for len(list) == 0 {
		if list, err = other.Receive(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(list) != 1 || list[0].Handle != got[1].Handle || list[0].Count != 2 || string(list[0].Body) != string(got[1].Body) {
		t.Errorf("%+v", list)
	}
	if err := other.Done(t.Context(), list[0]); err != nil {
		t.Fatal(err)
	}
	if n, err := server.client().XPending(t.Context(), "in", "authserver").Result(); err != nil || n.Count != 0 {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestAStreamThatIsNotThereIsMade(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	b := open(t, config.Bus{Redis: server.URL, Stream: "out", Inbox: "in"})
	if list, err := b.Source.Receive(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	server.kill()
	if _, err := b.Source.Receive(t.Context()); err == nil || strings.Contains(err.Error(), "@") {
		t.Errorf("a Redis that is away: %v", err)
	}
}
