//go:build faultinject

package pubsub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"authserver/internal/config"
	"authserver/internal/failpoint"
	"authserver/notify/pubsub"
)

// entries are the messages in a stream.
func entries(t *testing.T, s *server, stream string) []pubsub.Message {
	t.Helper()
	list, err := s.client().XRange(t.Context(), stream, "-", "+").Result()
	if err != nil {
		t.Fatal(err)
	}
	var all []pubsub.Message
	for _, e := range list {
		m, err := pubsub.Parse([]byte(e.Values["message"].(string)))
		if err != nil || e.Values["type"] != m.Type {
			t.Fatalf("%v, %v", e.Values, err)
		}
		all = append(all, m)
	}
	return all
}

func TestAnEventIsPublishedWithoutWhereItCameFrom(t *testing.T) {
	t.Parallel()
	redis := newServer(t)
	h := newHouse(t, open(t, config.Bus{Redis: redis.URL, Stream: "out"}).Publisher)
	h.happen(t, "a", "b")
	if n, since, err := h.room.Queue(t.Context()); n != 2 || !since.Equal(h.now()) || err != nil {
		t.Errorf("%d wait since %s, %v", n, since, err)
	}
	h.publish(t)
	got := entries(t, redis, "out")
	if len(got) != 2 || h.waiting(t) != 0 {
		t.Fatalf("%d published, %d wait", len(got), h.waiting(t))
	}
	m := got[0]
	if m.Version != 1 || m.Type != "test.happened" || m.RealmID != "acme" || m.Subject != (pubsub.Subject{Kind: "user", ID: "ann"}) ||
		m.Actor != (pubsub.Actor{Kind: "user", ID: "ann", RequestID: "r1"}) || !m.At.Equal(h.now()) || string(m.Payload) != `{"n":"a","count":0}` || m.ID == got[1].ID {
		t.Errorf("%+v", m)
	}
	if raw, _ := json.Marshal(got); strings.Contains(string(raw), "192.0.2.7") || strings.Contains(string(raw), "Firefox") {
		t.Errorf("where from is on the bus: %s", raw)
	}
}

// Redis is killed with messages under way and comes back: nothing is lost, and what comes
// twice takes effect once.
func TestRedisIsKilledAndNothingIsLost(t *testing.T) {
	t.Parallel()
	redis := newServer(t)
	h := newHouse(t, open(t, config.Bus{Redis: redis.URL, Stream: "out"}).Publisher)
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprint(i))
	}
	h.happen(t, names...)
	// The first batch is published, and we die before it is noted.
	died := errors.New("died")
	ctx := failpoint.Set(t.Context(), "pubsub/published", func(context.Context) error { return died })
	if _, err := h.room.Once(ctx); !errors.Is(err, died) {
		t.Fatalf("the failpoint was not met: %v", err)
	}
	if _, err := h.room.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	redis.kill()
	for range 5 { // what is tried now rests afterwards, longer and longer
		h.publish(t)
		h.pass(30 * time.Second)
	}
	if n := h.waiting(t); n != 30 {
		t.Fatalf("%d wait, want 30", n)
	}
	redis.start()
	for range 10 {
		h.pass(10 * time.Minute)
		h.publish(t)
	}
	if n := h.waiting(t); n != 0 {
		t.Fatalf("%d still wait", n)
	}

	// A reader sees all of them, those of the first batch twice.
	got := entries(t, redis, "out")
	if len(got) != 50 {
		t.Errorf("%d entries, want 40 and 10 of them again", len(got))
	}
	seen := map[string]int{}
	var handlers pubsub.Handlers
	pubsub.On(&handlers, "test.happened", func(_ context.Context, _ pubsub.Message, p happened) error {
		seen[p.N]++
		return nil
	})
	source, err := pubsub.ReaderOf(redis.URL, "out", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c := h.room.Consumer("reader", source, &handlers)
	for total := 0; total < 50; {
		n, err := c.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		total += n
		if total == 20 { // in the middle of reading, too
			redis.kill()
			redis.start()
		}
	}
	if len(seen) != 40 {
		t.Errorf("%d took effect, want 40", len(seen))
	}
	for n, times := range seen {
		if times != 1 {
			t.Errorf("%s took effect %d times", n, times)
		}
	}
}

// refusing takes some messages and refuses others.
type refusing struct{ taken []string }

func (r *refusing) Publish(_ context.Context, list []pubsub.Outgoing) []error {
	errs := make([]error, len(list))
	for i, m := range list {
		if strings.Contains(m.Body, `"n":"bad"`) {
			errs[i] = errors.New("not this one\n")
			continue
		}
		r.taken = append(r.taken, m.ID)
	}
	return errs
}

func TestOneThatIsRefusedHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	bus := &refusing{}
	h := newHouse(t, bus)
	h.happen(t, "a", "bad", "c")
	h.publish(t)
	if len(bus.taken) != 2 || h.waiting(t) != 1 {
		t.Errorf("%d taken, %d wait", len(bus.taken), h.waiting(t))
	}
	h.publish(t) // it rests
	h.pass(2 * time.Second)
	h.publish(t)
	if len(bus.taken) != 2 || h.waiting(t) != 1 {
		t.Errorf("%d taken, %d wait", len(bus.taken), h.waiting(t))
	}
}

func TestTwoWorkersDoNotPublishTheSame(t *testing.T) {
	t.Parallel()
	bus := &refusing{}
	h := newHouse(t, bus)
	h.happen(t, "a")
	died := errors.New("died")
	ctx := failpoint.Set(t.Context(), "pubsub/claimed", func(context.Context) error { return died })
	if _, err := h.room.Once(ctx); !errors.Is(err, died) {
		t.Fatalf("the failpoint was not met: %v", err)
	}
	h.publish(t)
	if len(bus.taken) != 0 {
		t.Error("published while another holds the lease")
	}
	h.pass(61 * time.Second)
	h.publish(t)
	if len(bus.taken) != 1 || h.waiting(t) != 0 {
		t.Errorf("%d taken, %d wait", len(bus.taken), h.waiting(t))
	}
}

func TestRunHearsOfNewMessagesAndEnds(t *testing.T) {
	t.Parallel()
	redis := newServer(t)
	h := newHouse(t, open(t, config.Bus{Redis: redis.URL, Stream: "out"}).Publisher)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- h.room.Run(ctx) }()
	h.happen(t, "a")
	read, err := redis.client().XRead(t.Context(), streams("out")).Result()
	if err != nil || len(read) != 1 {
		t.Errorf("%v, %v", read, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
