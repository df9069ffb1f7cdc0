package cache_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authserver/internal/cache"
	"authserver/internal/fault"
)

var errGone = fault.New(fault.NotFound, "gone", "There is no such thing.")

// clock is a clock that tests move.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(1_700_000_000, c.at.Load()) }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

func options(c *clock) cache.Options {
	return cache.Options{Size: 100, TTL: time.Minute, Negative: time.Second, Now: c.now}
}

// counter is a load function that counts its calls.
type counter struct {
	calls atomic.Int64
	err   error
}

func (c *counter) load(context.Context) (int64, error) {
	return c.calls.Add(1), c.err
}

func get(t *testing.T, c *cache.Cache[string, int64], k string, l *counter) int64 {
	t.Helper()
	v, err := c.Get(t.Context(), k, l.load)
	if !errors.Is(err, l.err) || (l.err != nil && v != 0) {
		t.Fatalf("got %d, %v, want error %v", v, err, l.err)
	}
	return v
}

func TestAValueStaysForItsLifetime(t *testing.T) {
	t.Parallel()
	var now clock
	c, l := cache.New[string, int64](options(&now)), &counter{}
	for range 3 {
		if v := get(t, c, "k", l); v != 1 {
			t.Fatalf("got %d", v)
		}
	}
	now.advance(time.Minute - 1)
	if v := get(t, c, "k", l); v != 1 {
		t.Errorf("expired early: %d", v)
	}
	now.advance(1)
	if v := get(t, c, "k", l); v != 2 {
		t.Errorf("did not expire: %d", v)
	}
	c.Drop("k")
	c.Drop("unknown")
	if v := get(t, c, "k", l); v != 3 {
		t.Errorf("not dropped: %d", v)
	}
	c.Clear()
	if v := get(t, c, "k", l); v != 4 {
		t.Errorf("not cleared: %d", v)
	}
}

func TestOnlyNotFoundIsKeptAndForLess(t *testing.T) {
	t.Parallel()
	var now clock
	c := cache.New[string, int64](options(&now))
	gone := &counter{err: errGone}
	for range 3 {
		get(t, c, "gone", gone)
	}
	if n := gone.calls.Load(); n != 1 {
		t.Errorf("loaded %d times", n)
	}
	now.advance(time.Second)
	get(t, c, "gone", gone)
	if n := gone.calls.Load(); n != 2 {
		t.Errorf("a negative entry outlived its time: %d loads", n)
	}
	for _, err := range []error{errors.New("database is away"), fault.New(fault.Denied, "denied", "No.")} {
		failing := &counter{err: err}
		get(t, c, "failing", failing)
		get(t, c, "failing", failing)
		if n := failing.calls.Load(); n != 2 {
			t.Errorf("%v was kept", err)
		}
	}
	o := options(&now)
	o.Negative = 0
	c, gone = cache.New[string, int64](o), &counter{err: errGone}
	get(t, c, "gone", gone)
	get(t, c, "gone", gone)
	if n := gone.calls.Load(); n != 2 {
		t.Error("kept although negative entries are off")
	}
}

func TestOneLoadServesAllWhoAsk(t *testing.T) {
	t.Parallel()
	var now clock
	c := cache.New[string, int64](options(&now))
	var calls atomic.Int64
	started, release := make(chan struct{}), make(chan struct{})
	load := func(context.Context) (int64, error) {
		if calls.Add(1) == 1 {
			close(started)
		}
		<-release
		return 7, nil
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if v, err := c.Get(context.Background(), "k", load); v != 7 || err != nil {
				t.Errorf("got %d, %v", v, err)
			}
		})
	}
	<-started
	close(release)
	wg.Wait()
	if n := calls.Load(); n != 1 {
		t.Errorf("loaded %d times", n)
	}
}

type contextKey struct{}

func TestAGoneCallerDoesNotSpoilTheLoad(t *testing.T) {
	t.Parallel()
	var now clock
	c := cache.New[string, int64](options(&now))
	ctx, cancel := context.WithCancel(context.WithValue(t.Context(), contextKey{}, "kept"))
	started, release := make(chan struct{}), make(chan error, 1)
	load := func(ctx context.Context) (int64, error) {
		close(started)
		<-release
		if ctx.Value(contextKey{}) != "kept" {
			t.Error("the values of the context are lost")
		}
		return 7, ctx.Err()
	}
	first := make(chan error)
	go func() {
		_, err := c.Get(ctx, "k", load)
		first <- err
	}()
	<-started
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the gone caller got %v", err)
	}
	close(release)
	v, err := c.Get(t.Context(), "k", func(context.Context) (int64, error) { return 0, errors.New("loaded again") })
	if v != 7 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}

// A load that began before a change may hold the state before it. Who asks
// after the change must not be given that.
func TestADropDuringALoadKeepsTheOldValueOut(t *testing.T) {
	t.Parallel()
	for name, drop := range map[string]func(*cache.Cache[string, int64]){
		"drop":  func(c *cache.Cache[string, int64]) { c.Drop("k") },
		"clear": func(c *cache.Cache[string, int64]) { c.Clear() },
	} {
		var now clock
		c := cache.New[string, int64](options(&now))
		started, release := make(chan struct{}), make(chan struct{})
		first := make(chan int64)
		go func() {
			v, _ := c.Get(context.Background(), "k", func(context.Context) (int64, error) {
				close(started)
				<-release
				return 1, nil
			})
			first <- v
		}()
		<-started
		drop(c)
		second := func(context.Context) (int64, error) { return 2, nil }
		if v, _ := c.Get(t.Context(), "k", second); v != 2 {
			t.Errorf("%s: joined the load from before the change: %d", name, v)
		}
		close(release)
		if v := <-first; v != 1 {
			t.Errorf("%s: the first caller got %d", name, v)
		}
		third := func(context.Context) (int64, error) { return 3, nil }
		if v, _ := c.Get(t.Context(), "k", third); v != 2 {
			t.Errorf("%s: the old load overwrote the new value: %d", name, v)
		}
	}
}

func TestAPanicOrExitInALoadIsAnError(t *testing.T) {
	t.Parallel()
	var now clock
	c := cache.New[string, int64](options(&now))
	_, err := c.Get(t.Context(), "k", func(context.Context) (int64, error) { panic("boom") })
	if err == nil || !strings.Contains(err.Error(), "boom") {
		t.Errorf("got %v", err)
	}
	_, err = c.Get(t.Context(), "k", func(context.Context) (int64, error) { runtime.Goexit(); return 0, nil })
	if err == nil {
		t.Error("a load that never returned gave no error")
	}
	if v := get(t, c, "k", &counter{}); v != 1 {
		t.Errorf("the key is stuck: %d", v)
	}
}

func TestPeekNeverLoads(t *testing.T) {
	t.Parallel()
	var now clock
	c := cache.New[string, int64](options(&now))
	if _, ok := c.Peek("k"); ok {
		t.Error("found what was never there")
	}
	get(t, c, "k", &counter{})
	if v, ok := c.Peek("k"); !ok || v != 1 {
		t.Errorf("got %d, %v", v, ok)
	}
	get(t, c, "gone", &counter{err: errGone})
	if _, ok := c.Peek("gone"); ok {
		t.Error("found what is known to be missing")
	}
}

// INC-197: 100,000 distinct keys must not make the process grow.
func TestTheCacheStaysBounded(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 31, 100, 1000} {
		var now clock
		o := options(&now)
		o.Size = size
		c := cache.New[int, int](o)
		loads := 0
		load := func(context.Context) (int, error) { loads++; return 1, nil }
		for k := range 4_000 {
			if _, err := c.Get(t.Context(), k, load); err != nil {
				t.Fatal(err)
			}
		}
		loads = 0
		for k := 3_999; k >= 0; k-- { // backwards, so that what is kept is asked for first
			if _, err := c.Get(t.Context(), k, load); err != nil {
				t.Fatal(err)
			}
		}
		if hits := 4_000 - loads; hits > size {
			t.Errorf("size %d: %d keys were kept", size, hits)
		}
	}
}

func TestWhatIsUsedSurvivesAScan(t *testing.T) {
	t.Parallel()
	var now clock
	o := options(&now)
	o.Size, o.TTL = 64, 0
	c := cache.New[string, int64](o)
	hot := &counter{}
	get(t, c, "hot", hot)
	for i := range 10_000 {
		get(t, c, "hot", hot)
		get(t, c, fmt.Sprint("cold", i), &counter{})
	}
	if n := hot.calls.Load(); n > 3 {
		t.Errorf("the key in use was evicted %d times", n-1)
	}
}

func TestDropKeepsTheSlotsInOrder(t *testing.T) {
	t.Parallel()
	var now clock
	o := options(&now)
	o.Size = 8
	c := cache.New[int, int](o)
	for i := range 50_000 {
		k := i * 7919 % 23
		v, err := c.Get(t.Context(), k, func(context.Context) (int, error) { return k, nil })
		if err != nil || v != k {
			t.Fatalf("key %d: got %d, %v", k, v, err)
		}
		switch i % 5 {
		case 0:
			c.Drop(i * 31 % 23)
		case 1:
			now.advance(7 * time.Second)
		}
	}
}

func TestAHitDoesNotAllocate(t *testing.T) {
	var now clock
	type key struct{ realm, id string }
	c := cache.New[key, *int](options(&now))
	load := func(context.Context) (*int, error) { return new(int), nil }
	ctx, k := t.Context(), key{"realm", "id"}
	if _, err := c.Get(ctx, k, load); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(1000, func() { _, _ = c.Get(ctx, k, load) }); n != 0 {
		t.Errorf("%v allocations on a hit", n)
	}
}

func TestNewPanicsOnNonsense(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]cache.Options{"no size": {Now: time.Now}, "no clock": {Size: 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			cache.New[string, int](o)
		}()
	}
}

func BenchmarkHit(b *testing.B) {
	c := cache.New[string, int64](cache.Options{Size: 10_000, TTL: time.Hour, Now: time.Now})
	load := func(context.Context) (int64, error) { return 1, nil }
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ctx := b.Context()
		for pb.Next() {
			_, _ = c.Get(ctx, "the one hot key", load)
		}
	})
}

func TestCountsTellHitsMissesAndEntries(t *testing.T) {
	t.Parallel()
	now := &clock{}
	c := cache.New[string, int64](options(now))
	l := &counter{}
	get(t, c, "a", l)              // a miss
	get(t, c, "a", l)              // a hit
	if _, ok := c.Peek("a"); !ok { // a hit
		t.Fatal("a is not there")
	}
	c.Peek("b") // a miss
	now.advance(2 * time.Minute)
	get(t, c, "a", l) // past its time: a miss
	if got, want := c.Counts(), (cache.Counts{Hits: 2, Misses: 3, Entries: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
