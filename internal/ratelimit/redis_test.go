package ratelimit

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authserver/internal/ratelimit/ratelimittest"
)

// clock is a clock that tests move.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMicro(1_800_000_000_000_000 + c.at.Load()) }
func (c *clock) advance(d time.Duration) { c.at.Add(d.Microseconds()) }

// node is a limiter on the Redis at url, or alone, which is patient: what tests count is
// not to depend on how busy the machine is.
func node(t *testing.T, c *clock, url string) *Limiter {
	t.Helper()
	return nodeWith(t, c, url, time.Minute)
}

func nodeWith(t *testing.T, c *clock, url string, patience time.Duration) *Limiter {
	t.Helper()
	d := Deps{OwnClock: true, Patience: patience, Now: c.now, Logger: slog.New(slog.DiscardHandler)}
	if url != "" {
		client, err := Dial(url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		d.Redis = client
	}
	return New(d)
}

// use takes n times and returns how many were admitted.
func use(l *Limiter, cell Cell, n int) int {
	admitted := 0
	for range n {
		if wait, _ := l.Take(context.Background(), cell); wait == 0 {
			admitted++
		}
	}
	return admitted
}

func cellOf(limit string, parts ...string) Cell {
	return NewKeys([]byte("k")).Cell(Must(limit)[0], "g", parts...)
}

func TestTwoNodesKeepOneLimit(t *testing.T) {
	t.Parallel()
	c, r := &clock{}, ratelimittest.Open(t)
	a, b := node(t, c, r.URL), node(t, c, r.URL)
	cell := cellOf("10/m", "x")
	if n := use(a, cell, 4) + use(b, cell, 20) + use(a, cell, 20); n != 10 {
		t.Errorf("%d of 10 were admitted", n)
	}
	if wait, which := b.Take(t.Context(), cell); wait != 6*time.Second || which != 0 {
		t.Errorf("waits %s for %d", wait, which)
	}
	c.advance(6 * time.Second)
	if n := use(a, cell, 5) + use(b, cell, 5); n != 1 {
		t.Errorf("%d of 1 were admitted after six seconds", n)
	}
	c.advance(time.Minute)
	if n := use(b, cell, 20) + use(a, cell, 20); n != 10 {
		t.Errorf("%d of 10 were admitted after a quiet minute", n)
	}
	if n := a.Counts(); !n.Together || n.Missed != 0 || n.Asked == 0 || n.Denied == 0 {
		t.Errorf("counts %+v", n)
	}
}

func TestRedisKeepsTheLimitOfTheModel(t *testing.T) {
	t.Parallel()
	c, r := &clock{}, ratelimittest.Open(t)
	a, b := node(t, c, r.URL), node(t, c, r.URL)
	for i, text := range []string{"3/s", "7/m", "20/h", "13/day"} {
		cell := cellOf(text, "model", strconv.Itoa(i))
		model := &bucket{limit: cell.Limit, at: c.now().UnixMicro()}
		step := cell.Limit.interval()
		for n := range int64(120) {
			// 0, 0.8, 1.6, 0, … intervals: now it fills, now it leaks.
			c.at.Add(n % 3 * step * 4 / 5)
			who := a
			if n%5 < 2 {
				who = b
			}
			wait, _ := who.Take(t.Context(), cell)
			if got, want := wait == 0, model.admit(c.now().UnixMicro()); got != want {
				t.Fatalf("%s, %d: admitted %v, the model says %v", text, n, got, want)
			}
		}
	}
	if n := a.Counts().Missed + b.Counts().Missed; n != 0 {
		t.Errorf("%d answers are missing", n)
	}
}

func TestParallelCallersGetWhatTheLimitSays(t *testing.T) {
	t.Parallel()
	c, r := &clock{}, ratelimittest.Open(t)
	nodes := []*Limiter{node(t, c, r.URL), node(t, c, r.URL)}
	cell := cellOf("50/m", "x")
	var admitted atomic.Int64
	var callers sync.WaitGroup
	for i := range 16 {
		callers.Go(func() { admitted.Add(int64(use(nodes[i%2], cell, 20))) })
	}
	callers.Wait()
	if n := admitted.Load(); n != 50 {
		t.Errorf("%d of 50 were admitted", n)
	}
}

func TestSeveralLimitsInRedis(t *testing.T) {
	t.Parallel()
	c, r := &clock{}, ratelimittest.Open(t)
	a, b := node(t, c, r.URL), node(t, c, r.URL)
	minute, day := cellOf("5/m", "x"), cellOf("8/day", "x")
	last := 0
	take := func(l *Limiter) bool {
		wait, which := l.Take(t.Context(), minute, day)
		last = which
		return wait == 0
	}
	admitted := 0
	for i := range 100 {
		if take([]*Limiter{a, b}[i%2]) {
			admitted++
		}
	}
	c.advance(time.Minute)
	for i := range 100 {
		if take([]*Limiter{a, b}[i%2]) {
			admitted++
		}
	}
	if last != 1 {
		t.Errorf("the day is used up, and cell %d is blamed", last)
	}
	if admitted != 8 {
		t.Errorf("%d of 8 a day were admitted", admitted)
	}
	if n := use(a, minute, 9); n != 2 {
		t.Errorf("%d of the 2 left in the minute were admitted: who was turned away by the day was counted by the minute", n)
	}
}

func TestCountersEndByThemselvesAndTellNothing(t *testing.T) {
	t.Parallel()
	c, r := &clock{}, ratelimittest.Open(t)
	l := node(t, c, r.URL)
	cell := cellOf("5/m", "rosa@example.com", "192.0.2.7")
	use(l, cell, 1)
	key := name(cell.Key)
	ms, err := strconv.Atoi(strings.TrimPrefix(r.Do("PTTL", key), ":"))
	if err != nil || ms <= 0 || ms > 12_000 {
		t.Errorf("after one of five a minute the counter lives %d ms: %v", ms, err)
	}
	use(l, cell, 10)
	if ms, _ = strconv.Atoi(strings.TrimPrefix(r.Do("PTTL", key), ":")); ms <= 12_000 || ms > 60_000 {
		t.Errorf("full, the counter lives %d ms", ms)
	}
	if got := r.Do("DBSIZE"); got != ":1" {
		t.Errorf("%s counters", got)
	}
}

func TestRedisOwnClock(t *testing.T) {
	t.Parallel()
	r := ratelimittest.Open(t)
	client, err := Dial(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	// Two nodes whose clocks are an hour apart keep one limit, by Redis's clock.
	early, late := &clock{}, &clock{}
	late.advance(time.Hour)
	a := New(Deps{Redis: client, Patience: time.Minute, Now: early.now, Logger: slog.New(slog.DiscardHandler)})
	b := New(Deps{Redis: client, Patience: time.Minute, Now: late.now, Logger: slog.New(slog.DiscardHandler)})
	cell := cellOf("6/day", "x")
	if n := use(a, cell, 3) + use(b, cell, 10) + use(a, cell, 10); n != 6 {
		t.Errorf("%d of 6 were admitted", n)
	}
}
