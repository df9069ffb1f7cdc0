package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

const (
	// firstRestart and lastRestart bound the pause before a worker that broke is
	// started again; steady is how long it must have run for its past to be
	// forgotten.
	firstRestart = time.Second
	lastRestart  = time.Minute
	steady       = 5 * time.Minute
)

// worker is something that runs beside the requests until its context ends.
// Returning earlier, with or without an error, counts as breaking.
type worker struct {
	name string
	run  func(context.Context) error
}

// crew is the workers of one server while they run.
type crew struct {
	logger *slog.Logger
	now    func() time.Time
	// pause waits before a restart; a test makes it short.
	pause func(ctx context.Context, d time.Duration)
	// broke is told the name of a worker that will be started again.
	broke func(name string)

	cancel  context.CancelFunc
	members sync.WaitGroup
	mu      sync.Mutex
	running map[string]bool
}

func newCrew(logger *slog.Logger, now func() time.Time) *crew {
	return &crew{logger: logger, now: now, pause: pause, broke: func(string) {}, running: map[string]bool{}}
}

// start sets the workers to work. The context carries values only: they end when
// stop is called, after the last request, and not when ctx ends.
func (c *crew) start(ctx context.Context, workers []worker) {
	ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, w := range workers {
		c.mu.Lock()
		c.running[w.name] = true
		c.mu.Unlock()
		c.members.Go(func() {
			c.keepRunning(ctx, w)
			c.mu.Lock()
			delete(c.running, w.name)
			c.mu.Unlock()
		})
	}
}

// stop ends the workers and waits for them. The error names those that had not
// ended when ctx did.
func (c *crew) stop(ctx context.Context) error {
	if c.cancel == nil {
		return nil
	}
	c.cancel()
	ended := make(chan struct{})
	go func() {
		c.members.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		c.logger.InfoContext(ctx, "workers stopped")
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		var names []string
		for name := range c.running {
			names = append(names, name)
		}
		return fmt.Errorf("workers still running: %v: %w", names, ctx.Err())
	}
}

// keepRunning runs w until ctx ends and starts it again whenever it breaks. The
// pause doubles, so that a database that is gone is not hammered.
func (c *crew) keepRunning(ctx context.Context, w worker) {
	delay := firstRestart
	c.logger.DebugContext(ctx, "worker started", "worker", w.name)
	for {
		started := c.now()
		err := runSafely(ctx, w)
		if ctx.Err() != nil {
			return
		}
		if c.now().Sub(started) > steady {
			delay = firstRestart
		}
		c.logger.ErrorContext(ctx, "worker broke and will be started again", "worker", w.name, "error", err, "after", delay.String())
		c.broke(w.name)
		c.pause(ctx, delay)
		if ctx.Err() != nil {
			return
		}
		delay = min(2*delay, lastRestart)
	}
}

// errEnded stands for a worker that returned without being asked to.
var errEnded = errors.New("ended by itself")

// runSafely turns a panic into an error: one worker's defect must not end the
// process and all its requests.
func runSafely(ctx context.Context, w worker) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if err := w.run(ctx); err != nil {
		return err
	}
	return errEnded
}

// everyMinute returns a worker's run that does work now and then every minute. Nodes that
// started together drift apart by a tenth of it.
func everyMinute(work func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			if err := work(ctx); err != nil {
				return err
			}
			pause(ctx, time.Minute+rand.N(6*time.Second))
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
}

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// workers is what this server does beside answering requests. Each is safe to run
// on every node at once.
func (s *Server) workers() []worker {
	return append(s.busWorkers(), []worker{
		{"events", s.dispatcher.Run},
		{"changes", s.Database.Watch},
		{"letters", s.Messages.Run},
		{"webhooks", s.Webhooks.Run},
		{"signals", s.Signals.Run},
		{"notifications", s.Notices.Run},
		{"personal data", s.Privacy.Run},
		{"bulk jobs", s.Bulk.Run},
		{"keys", everyMinute(s.Keys.RotateDue)},
		{"api key use", everyMinute(s.Applications.RecordUse)},
		{"people search", everyMinute(s.Users.CatchUp)},
		{"audit", everyMinute(func(ctx context.Context) error { _, err := s.Audit.Checkpoint(ctx); return err })},
		{"sweep", everyMinute(func(ctx context.Context) error { return sweepAll(ctx, s.logger, s.sweepers()) })},
	}...)
}
