package worker_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"authserver/internal/worker"
)

// never is longer than any test: what happens is not by polling.
const never = time.Hour

func TestDrainGoesOnUntilNothingIsLeftAndWakesAtTheBell(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	bell, asked := worker.NewBell(), make(chan int)
	left := 2
	once := func(context.Context) (int, error) {
		select {
		case asked <- left:
		case <-ctx.Done(): // it may have heard the bell twice
		}
		if left == 0 {
			return 0, nil
		}
		left--
		return 1, nil
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		worker.Drain(ctx, never, bell, once, func(context.Context, error) { t.Error("nothing has failed") })
	}()
	for want := 2; want >= 0; want-- {
		if n := <-asked; n != want {
			t.Fatalf("it found %d of %d", n, want)
		}
	}
	bell.Ring()
	bell.Ring() // it never waits
	if n := <-asked; n != 0 {
		t.Fatalf("at the bell it found %d", n)
	}
	cancel()
	<-ended
}

func TestDrainFinishesWhatItIsAt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	times := 0
	worker.Drain(ctx, never, worker.NewBell(), func(within context.Context) (int, error) {
		times++
		cancel()
		if within.Err() != nil {
			t.Error("what it is at is interrupted")
		}
		return 1, nil
	}, func(context.Context, error) {})
	if times != 1 {
		t.Errorf("it went on %d times after the end", times-1)
	}
}

func TestARowOfFailuresIsToldOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	bell := worker.NewBell()
	outcomes := []error{errors.New("first"), errors.New("second"), nil, errors.New("third"), nil}
	var told []string
	worker.Drain(ctx, never, bell, func(context.Context) (int, error) {
		err := outcomes[0]
		if outcomes = outcomes[1:]; len(outcomes) == 0 {
			cancel()
		}
		bell.Ring()
		return 0, err
	}, func(_ context.Context, err error) { told = append(told, err.Error()) })
	if !slices.Equal(told, []string{"first", "third"}) {
		t.Errorf("told of %v", told)
	}
}

// hub has calls to make to receivers, of which some hang.
type hub struct {
	mu      sync.Mutex
	due     map[string]int
	running map[string]int
	most    map[string]int
	hang    chan struct{}
	quick   chan string
}

func (h *hub) lane(t *testing.T) *worker.Lane[string] {
	return &worker.Lane[string]{
		Slots: 4, PerKey: 2, Every: never, Bell: worker.NewBell(),
		Due: func(_ context.Context, most int) ([]string, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			var keys []string
			for key, n := range h.due {
				if n > 0 && len(keys) < most {
					keys = append(keys, key)
				}
			}
			slices.Sort(keys)
			return keys, nil
		},
		Take: func(_ context.Context, key string, most int) ([]string, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			n := min(most, h.due[key])
			h.due[key] -= n
			return slices.Repeat([]string{key}, n), nil
		},
		Key: func(key string) string { return key },
		Do: func(_ context.Context, key string) error {
			h.mu.Lock()
			h.running[key]++
			h.most[key] = max(h.most[key], h.running[key])
			h.mu.Unlock()
			if key == "a hangs" {
				<-h.hang
			} else {
				h.quick <- key
			}
			h.mu.Lock()
			h.running[key]--
			h.mu.Unlock()
			return nil
		},
		Failed: func(_ context.Context, err error) { t.Error(err) },
		Broke:  func(_ context.Context, _ string, err error) { t.Error(err) },
	}
}

func TestWhoHangsFillsTheirOwnSlotsOnly(t *testing.T) {
	t.Parallel()
	h := &hub{
		due: map[string]int{"a hangs": 50, "b": 30}, running: map[string]int{}, most: map[string]int{}, hang: make(chan struct{}), quick: make(chan string),
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.lane(t).Run(ctx)
	}()
	for range 30 { // all of the other's, while the first answers nothing
		<-h.quick
	}
	cancel()
	close(h.hang)
	<-ended // it waits for the calls that it is at
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.most["a hangs"] != 2 || h.most["b"] > 2 {
		t.Errorf("at the same time there were %v calls, of 2 each", h.most)
	}
	if h.running["a hangs"] != 0 || h.running["b"] != 0 {
		t.Errorf("it ended with %v running", h.running)
	}
}

func TestWhatIsClaimedBeforeAFailureIsMade(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	broken, made := errors.New("the database is away"), make(chan string, 2)
	var told []error
	lane := &worker.Lane[string]{
		Slots: 4, PerKey: 1, Every: never, Bell: worker.NewBell(),
		Due: func(context.Context, int) ([]string, error) { return []string{"a", "b"}, nil },
		Take: func(_ context.Context, key string, _ int) ([]string, error) {
			if key == "b" {
				return nil, broken
			}
			return []string{key}, nil
		},
		Key:    func(key string) string { return key },
		Do:     func(_ context.Context, key string) error { made <- key; cancel(); return broken },
		Failed: func(_ context.Context, err error) { told = append(told, err) },
		Broke: func(_ context.Context, key string, err error) {
			if key != "a" || !errors.Is(err, broken) {
				t.Errorf("broke: %s, %v", key, err)
			}
		},
	}
	lane.Run(ctx)
	if key := <-made; key != "a" || len(told) != 1 || !errors.Is(told[0], broken) {
		t.Errorf("made %s, told of %v", key, told)
	}
}

func TestEachTellsEveryFailure(t *testing.T) {
	t.Parallel()
	one, three := errors.New("one"), errors.New("three")
	err := worker.Each(t.Context(), []error{one, nil, three}, func(_ context.Context, e error) error { return e })
	if !errors.Is(err, one) || !errors.Is(err, three) {
		t.Errorf("Each = %v", err)
	}
	if err := worker.Each(t.Context(), nil, func(context.Context, error) error { return one }); err != nil {
		t.Errorf("of nothing: %v", err)
	}
}
