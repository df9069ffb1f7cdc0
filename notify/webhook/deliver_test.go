package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/notify/webhook"
)

func TestTheOperatorsLadder(t *testing.T) {
	t.Parallel()
	o := open(t, func(d *webhook.Deps) { d.Ladder = []time.Duration{10 * time.Second} })
	r := newReceiver(t)
	r.answer(http.StatusInternalServerError, "")
	w, _ := o.hook(r.URL, "user.*")
	o.happen(o.people.Context, user.Created{})
	o.deliver()
	if o.people.Clock.Add(9 * time.Second); o.deliver() != 0 {
		t.Error("the second attempt came before 10 s")
	}
	o.people.Clock.Add(3 * time.Second)
	o.deliver()
	if d := o.log(w)[0]; d.Status != webhook.Parked || d.Attempts != 2 {
		t.Errorf("after two attempts: %+v", d)
	}
}

func TestWhatFailsClimbsTheLadderAndIsParked(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	r.answer(http.StatusInternalServerError, "out of\x00 order")
	w, _ := o.hook(r.URL, "user.*")
	o.happen(o.people.Context, user.Created{})
	for i, step := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 60 * time.Minute} {
		if n := o.deliver(); n != 1 {
			t.Fatalf("attempt %d: %d deliveries, want 1", i+1, n)
		}
		d := o.log(w)[0]
		if d.Status != webhook.Pending || d.Attempts != i+1 || d.Error != "status 500" {
			t.Fatalf("after attempt %d: %+v", i+1, d)
		}
		o.people.Clock.Add(step - time.Second)
		if n := o.deliver(); n != 0 {
			t.Errorf("attempt %d came before %s", i+2, step)
		}
		o.people.Clock.Add(step/5 + time.Second) // as much as the jitter may be
	}
	o.deliver()
	if d := o.log(w)[0]; d.Status != webhook.Parked || d.Attempts != 5 || d.FinishedAt.IsZero() {
		t.Fatalf("at the end: %+v", d)
	}
	o.people.Clock.Add(24 * time.Hour)
	if n := o.deliver(); n != 0 || len(r.all()) != 5 {
		t.Errorf("%d deliveries, %d calls: parked is parked", n, len(r.all()))
	}
	d, attempts, err := o.hooks.Delivery(t.Context(), w.RealmID, w.ID, o.log(w)[0].ID)
	if err != nil || len(attempts) != 5 {
		t.Fatalf("%d attempts, %v", len(attempts), err)
	}
	for i, a := range attempts {
		if a.Number != i+1 || a.StatusCode != 500 || a.Error != "status 500" || a.Excerpt != "out of order" || a.At.IsZero() {
			t.Errorf("attempt %d: %+v", i+1, a)
		}
	}
	id := r.all()[0].Header.Get(webhook.HeaderID)
	for _, got := range r.all() {
		if got.Header.Get(webhook.HeaderID) != id || got.Body != r.all()[0].Body {
			t.Error("an attempt has another id or body")
		}
	}
	r.answer(http.StatusNoContent, "")
	if _, err := o.hooks.Replay(o.people.Context, w.RealmID, w.ID, d.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.hooks.Replay(o.people.Context, w.RealmID, w.ID, d.ID); !errors.Is(err, webhook.ErrPending) {
		t.Errorf("replayed twice: %v", err)
	}
	o.deliver()
	if d := o.log(w)[0]; d.Status != webhook.Delivered || d.Error != "" || r.all()[5].Header.Get(webhook.HeaderID) != id {
		t.Errorf("after the replay: %+v", d)
	}
}

func TestARangeIsReplayed(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	w, _ := o.hook(r.URL, "user.*")
	var at []time.Time
	for range 3 {
		at = append(at, o.people.Clock.Now())
		o.happen(o.people.Context, user.Created{})
		o.deliver()
		o.people.Clock.Add(time.Minute)
	}
	n, _, err := o.hooks.ReplayRange(o.people.Context, w.RealmID, w.ID, webhook.Filter{Since: at[1], Until: at[2]})
	if err != nil || n != 1 {
		t.Errorf("%d replayed, %v; want the second", n, err)
	}
	o.deliver()
	if got := r.all(); len(got) != 4 || got[3].Header.Get(webhook.HeaderID) != got[1].Header.Get(webhook.HeaderID) {
		t.Errorf("%d calls", len(got))
	}
}

func TestAHangingReceiverDelaysNobody(t *testing.T) {
	t.Parallel()
	o := open(t)
	release := make(chan struct{})
	var hanging atomic.Int64
	hung := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		hanging.Add(1)
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(hung.Close)
	arrived := make(chan string, 100)
	well := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.Header.Get(webhook.HeaderID) }))
	t.Cleanup(well.Close)
	unlock := sync.OnceFunc(func() { close(release) })
	t.Cleanup(unlock)
	o.hook(hung.URL, "user.*")
	o.hook(well.URL, "user.*")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- o.hooks.Run(ctx) }()
	const events = 50
	for range events {
		o.happen(o.people.Context, user.Created{})
	}
	seen := map[string]bool{}
	for len(seen) < events {
		select {
		case id := <-arrived:
			seen[id] = true
		case <-time.After(9 * time.Second): // a call to the one that hangs takes ten
			t.Fatalf("only %d of %d arrived while another hangs", len(seen), events)
		}
	}
	if n := hanging.Load(); n < 1 || n > 4 {
		t.Errorf("%d calls hang, want 1 to 4", n)
	}
	// The shutdown waits for the calls that are under way, and makes no others.
	stop()
	select {
	case <-ended:
		t.Error("the worker ended with calls under way")
	default:
	}
	unlock()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := hanging.Load(); n > 4 {
		t.Errorf("%d calls were made after the shutdown began", n-4)
	}
}

func TestTwoWorkersDeliverEachOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	var mu sync.Mutex
	calls := map[string]int{}
	count := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		calls[r.Header.Get(webhook.HeaderID)]++
	}))
	t.Cleanup(count.Close)
	for range 3 {
		o.hook(count.URL, "user.*")
	}
	const events = 20
	for range events {
		o.happen(o.people.Context, user.Created{})
	}
	var wg sync.WaitGroup
	for range 2 {
		node := o.another()
		wg.Go(func() {
			for {
				n, err := node.Once(t.Context())
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
	if len(calls) != 3*events {
		t.Errorf("%d deliveries, want %d", len(calls), 3*events)
	}
	for id, n := range calls {
		if n != 1 {
			t.Errorf("%s was delivered %d times", id, n)
		}
	}
}

func TestADayOfFailuresDisables(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	r.answer(http.StatusServiceUnavailable, "")
	w, _ := o.hook(r.URL, "user.*")
	reload := func() *webhook.Webhook {
		got, err := o.hooks.ByID(t.Context(), w.RealmID, w.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for range 11 {
		o.happen(o.people.Context, user.Created{})
		o.deliver()
	}
	if got := reload(); !got.Enabled || got.Failures == 0 {
		t.Fatalf("after minutes of failures: %+v", got)
	}
	r.answer(http.StatusOK, "")
	o.happen(o.people.Context, user.Created{})
	o.deliver()
	if got := reload(); got.Failures != 0 || !got.FailingSince.IsZero() {
		t.Errorf("a success forgets the failures: %+v", got)
	}
	r.answer(http.StatusServiceUnavailable, "")
	for range 13 {
		o.happen(o.people.Context, user.Created{})
		o.deliver()
		o.people.Clock.Add(2 * time.Hour)
	}
	o.happen(o.people.Context, user.Created{})
	o.deliver()
	got := reload()
	if got.Enabled || got.DisabledReason != webhook.ReasonFailing {
		t.Fatalf("after a day of failures: %+v", got)
	}
	for _, d := range o.log(w) {
		if d.Status == webhook.Pending {
			t.Errorf("%+v still waits", d)
		}
	}
	if types := eventtest.Types(t, o.people.DB, w.RealmID); !slices.Contains(types, "webhook.disabled") {
		t.Errorf("recorded: %v", types)
	}
	calls := len(r.all())
	o.happen(o.people.Context, user.Created{})
	if o.deliver(); len(r.all()) != calls {
		t.Error("a disabled webhook was called")
	}
	if _, err := o.hooks.Replay(o.people.Context, w.RealmID, w.ID, o.log(w)[0].ID); !errors.Is(err, webhook.ErrDisabled) {
		t.Errorf("replay: %v", err)
	}
	if _, err := o.hooks.Ping(o.people.Context, w.RealmID, w.ID); !errors.Is(err, webhook.ErrDisabled) {
		t.Errorf("ping: %v", err)
	}
}

func TestGoneDisablesAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	r.answer(http.StatusGone, "")
	w, _ := o.hook(r.URL, "user.*")
	o.happen(o.people.Context, user.Created{})
	o.deliver()
	if got, err := o.hooks.ByID(t.Context(), w.RealmID, w.ID); err != nil || got.Enabled || got.DisabledReason != webhook.ReasonGone {
		t.Errorf("%+v %v", got, err)
	}
	if d := o.log(w)[0]; d.Status != webhook.Parked {
		t.Errorf("%+v", d)
	}
}

func TestDeletingCancelsWhatWaits(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	w, _ := o.hook(r.URL, "user.*")
	o.happen(o.people.Context, user.Created{})
	if err := o.hooks.Delete(o.people.Context, w.RealmID, w.ID, func(*webhook.Webhook) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if n := o.deliver(); n != 0 || len(r.all()) != 0 {
		t.Errorf("%d taken on, %d calls", n, len(r.all()))
	}
	if d := o.log(w)[0]; d.Status != webhook.Cancelled {
		t.Errorf("%+v", d)
	}
}

func TestOldDeliveriesAreSwept(t *testing.T) {
	t.Parallel()
	o := open(t)
	r := newReceiver(t)
	w, _ := o.hook(r.URL, "user.*")
	o.happen(o.people.Context, user.Created{})
	o.deliver()
	o.people.Clock.Add(29 * 24 * time.Hour)
	o.happen(o.people.Context, user.Created{})
	o.deliver()
	if n, err := o.hooks.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d early, %v", n, err)
	}
	o.people.Clock.Add(2 * 24 * time.Hour)
	if n, err := o.hooks.Sweep(t.Context()); n != 2 || err != nil || len(o.log(w)) != 1 {
		t.Errorf("swept %d, %v; %d left", n, err, len(o.log(w)))
	}
}

func ExampleVerify() {
	fmt.Println(webhook.Verify("whsec_c2VjcmV0", http.Header{}, "{}", time.Time{}))
	// Output: webhook: the signature is not valid
}
