package worker

import (
	"context"
	"time"
)

// Drain calls once until there is nothing to do or it fails, then waits for the bell or
// for the time that every says, and does so until ctx ends. once returns how many it took
// on; it is not interrupted half-way, and bounds itself. failed is told the first error of
// a row of failures.
func Drain(ctx context.Context, every time.Duration, bell Bell, once func(context.Context) (int, error), failed func(context.Context, error)) {
	poll := time.NewTicker(every)
	defer poll.Stop()
	failing := false
	for {
		n, err := 1, error(nil)
		for n > 0 && err == nil && ctx.Err() == nil {
			n, err = once(context.WithoutCancel(ctx))
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			failed(ctx, err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		case <-bell:
		}
	}
}
