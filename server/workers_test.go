package server

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"
)

// testCrew restarts at once and notes the pauses it would have made.
func testCrew(pauses *[]time.Duration) *crew {
	c := newCrew(slog.New(slog.DiscardHandler), time.Now)
	var mu sync.Mutex
	c.pause = func(_ context.Context, d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		*pauses = append(*pauses, d)
	}
	return c
}

func TestABrokenWorkerIsStartedAgainLaterAndLater(t *testing.T) {
	t.Parallel()
	var pauses []time.Duration
	c := testCrew(&pauses)
	var broke []string
	c.broke = func(name string) { broke = append(broke, name) }
	runs, settled := 0, make(chan struct{})
	c.start(t.Context(), []worker{{"fragile", func(ctx context.Context) error {
		runs++
		switch runs {
		case 1:
			panic("a defect")
		case 2:
			return errors.New("an outage")
		case 3:
			return nil // ended without being asked to
		}
		close(settled)
		<-ctx.Done()
		return ctx.Err()
	}}})
	<-settled
	if err := c.stop(t.Context()); err != nil {
		t.Errorf("stop: %v", err)
	}
	if want := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}; !slices.Equal(pauses, want) {
		t.Errorf("pauses = %v, want %v", pauses, want)
	}
	if want := []string{"fragile", "fragile", "fragile"}; !slices.Equal(broke, want) {
		t.Errorf("told of %v, want %v", broke, want)
	}
}

func TestWorkersOutliveTheContextOfTheirStart(t *testing.T) {
	t.Parallel()
	var pauses []time.Duration
	c := testCrew(&pauses)
	ctx, cancel := context.WithCancel(t.Context())
	started, ended := make(chan struct{}), make(chan struct{})
	c.start(ctx, []worker{{"steady", func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		close(ended)
		return ctx.Err()
	}}})
	<-started
	cancel()
	select {
	case <-ended:
		t.Error("the worker ended with the signal; requests still need it then")
	default:
	}
	if err := c.stop(t.Context()); err != nil {
		t.Errorf("stop: %v", err)
	}
	<-ended
}

func TestStopNamesWhoDoesNotEnd(t *testing.T) {
	t.Parallel()
	var pauses []time.Duration
	c := testCrew(&pauses)
	release := make(chan struct{})
	c.start(t.Context(), []worker{{"deaf", func(context.Context) error {
		<-release
		return nil
	}}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.stop(ctx); err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("stop = %v, want the name of the worker", err)
	}
	close(release)
	if err := c.stop(t.Context()); err != nil {
		t.Errorf("stop: %v", err)
	}
}
