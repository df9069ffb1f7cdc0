package cache_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"authserver/internal/cache"
)

// A database that is away is not felt while old values are good enough.
func TestAStaleValueIsServedWhileItIsLoadedAnew(t *testing.T) {
	t.Parallel()
	var now clock
	o := options(&now)
	o.Stale = time.Hour
	c := cache.New[string, int64](o)
	get(t, c, "k", &counter{})
	now.advance(time.Minute)
	if _, ok := c.Peek("k"); ok {
		t.Error("Peek returns an expired value")
	}
	started, release := make(chan struct{}), make(chan error)
	hanging := func(context.Context) (int64, error) { close(started); return 2, <-release }
	for range 3 { // the second and third join the load that the first began
		if v, err := c.Get(t.Context(), "k", hanging); v != 1 || err != nil {
			t.Fatalf("got %d, %v", v, err)
		}
	}
	<-started
	release <- errors.New("database is away")
	renewed := func(context.Context) (int64, error) { return 3, nil }
	deadline := time.Now().Add(10 * time.Second)
	for v := int64(1); v != 3; runtime.Gosched() {
		var err error
		if v, err = c.Get(t.Context(), "k", renewed); err != nil || (v != 1 && v != 3) {
			t.Fatalf("got %d, %v", v, err)
		}
		if time.Now().After(deadline) {
			t.Fatal("the value is never renewed")
		}
	}
	now.advance(2 * time.Hour)
	away := &counter{err: errors.New("database is away")}
	get(t, c, "k", away) // too old now: the error shows
}

func TestWhatIsGoneOrDroppedIsNotServedStale(t *testing.T) {
	t.Parallel()
	var now clock
	o := options(&now)
	o.Stale = time.Hour
	c := cache.New[string, int64](o)
	get(t, c, "k", &counter{})
	now.advance(time.Minute)
	c.Drop("k")
	get(t, c, "k", &counter{err: errors.New("database is away")})
	get(t, c, "gone", &counter{err: errGone})
	now.advance(time.Minute)
	if v := get(t, c, "gone", &counter{}); v != 1 {
		t.Errorf("a negative entry is served stale: %d", v)
	}
}
