package worker

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Lane makes calls at the same time. A receiver whose calls hang fills its own slots only.
type Lane[R any] struct {
	// Slots is how many calls run at the same time, PerKey how many of them to one
	// receiver.
	Slots, PerKey int
	// Every is how often the lane looks for what other processes have left.
	Every time.Duration
	Bell  Bell

	// Due names up to most receivers for whom there is something to do.
	Due func(ctx context.Context, most int) ([]string, error)
	// Take claims up to most calls to a receiver.
	Take func(ctx context.Context, key string, most int) ([]R, error)
	// Key names the receiver of a call.
	Key func(R) string
	// Do makes a call and writes what came of it.
	Do func(context.Context, R) error

	// Failed is told the first error of a row of failures to claim, Broke that what came
	// of a call could not be written.
	Failed func(context.Context, error)
	Broke  func(context.Context, R, error)
}

// Run keeps the lane full until ctx ends, and finishes the calls that it is at.
func (l *Lane[R]) Run(ctx context.Context) {
	poll := time.NewTicker(l.Every)
	defer poll.Stop()
	done := make(chan string, l.Slots)
	busy, running, failing := map[string]int{}, 0, false
	ended := func(key string) {
		running--
		if busy[key]--; busy[key] == 0 {
			delete(busy, key)
		}
	}
	for ctx.Err() == nil {
		claimed, err := l.claim(context.WithoutCancel(ctx), l.Slots-running, busy)
		if err != nil && !failing {
			l.Failed(ctx, err)
		}
		failing = err != nil
		for _, r := range claimed {
			key := l.Key(r)
			running++
			busy[key]++
			go func() {
				defer func() { done <- key }()
				if err := l.Do(context.WithoutCancel(ctx), r); err != nil {
					l.Broke(ctx, r, err)
				}
			}()
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-l.Bell:
		case key := <-done:
			ended(key)
		}
	}
	for running > 0 {
		ended(<-done)
	}
}

// Claim claims as many calls as the empty lane has slots.
func (l *Lane[R]) Claim(ctx context.Context) ([]R, error) { return l.claim(ctx, l.Slots, nil) }

// claim claims as many calls as there are free slots, few of each receiver. What was
// claimed before a failure is returned with it, and is to be made.
func (l *Lane[R]) claim(ctx context.Context, free int, busy map[string]int) ([]R, error) {
	if free < 1 {
		return nil, nil
	}
	keys, err := l.Due(ctx, free+len(busy))
	if err != nil {
		return nil, err
	}
	var all []R
	for _, key := range keys {
		most := min(l.PerKey-busy[key], free-len(all))
		if most < 1 {
			continue
		}
		rows, err := l.Take(ctx, key, most)
		if err != nil {
			return all, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// Each does all at the same time and returns what failed.
func Each[R any](ctx context.Context, all []R, do func(context.Context, R) error) error {
	errs := make([]error, len(all))
	var calls sync.WaitGroup
	for i, r := range all {
		calls.Go(func() { errs[i] = do(ctx, r) })
	}
	calls.Wait()
	return errors.Join(errs...)
}
