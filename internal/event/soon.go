package event

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"authserver/internal/database"
	"authserver/internal/failpoint"
)

const (
	soonRoom   = 16384 // events that may wait in memory
	soonBatch  = 256   // events in one transaction
	soonGather = 2 * time.Millisecond
)

// soon is the queue of RecordSoon.
type soon struct {
	mu      sync.Mutex
	queue   []row
	writing bool
	idle    chan struct{} // closed when the writer has nothing left
	dropped atomic.Uint64
}

// RecordSoon records events about ref a few milliseconds later, many in one
// transaction. It never waits and never fails: when the database cannot keep up
// and the queue is full, or nobody acts in ctx, events are dropped and counted.
// What is queued is lost when the process is killed.
func (l *Log) RecordSoon(ctx context.Context, ref Ref, payloads ...Payload) {
	rows, err := l.rows(ctx, ref, payloads)
	if err != nil {
		l.drop(len(payloads), err)
		return
	}
	l.soon.mu.Lock()
	defer l.soon.mu.Unlock()
	if len(l.soon.queue)+len(rows) > soonRoom {
		l.soon.dropped.Add(uint64(len(rows))) // the writer has logged why it is behind
		return
	}
	l.soon.queue = append(l.soon.queue, rows...)
	if !l.soon.writing {
		l.soon.writing, l.soon.idle = true, make(chan struct{})
		// The context's end is the request's and not the event's.
		go l.writeSoon(context.WithoutCancel(ctx), l.soon.idle)
	}
}

// Dropped returns how many events RecordSoon has lost.
func (l *Log) Dropped() uint64 { return l.soon.dropped.Load() }

func (l *Log) drop(n int, err error) {
	l.soon.dropped.Add(uint64(n))
	l.log.Error("events dropped", "count", n, "error", err)
}

// Flush returns when everything that RecordSoon was given is written or dropped,
// or else with an error when ctx ends. Call it after the last request at shutdown.
func (l *Log) Flush(ctx context.Context) error {
	l.soon.mu.Lock()
	writing, idle := l.soon.writing, l.soon.idle
	l.soon.mu.Unlock()
	if !writing {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		l.soon.mu.Lock()
		defer l.soon.mu.Unlock()
		return fmt.Errorf("flush events, at least %d are left: %w", len(l.soon.queue), context.Cause(ctx))
	}
}

// writeSoon writes until the queue is empty and then ends; the next event starts
// another. It waits a moment for company unless a batch is full.
func (l *Log) writeSoon(ctx context.Context, idle chan struct{}) {
	timer := time.NewTimer(soonGather)
	defer timer.Stop()
	for {
		l.soon.mu.Lock()
		full := len(l.soon.queue) >= soonBatch
		l.soon.mu.Unlock()
		if !full {
			timer.Reset(soonGather)
			<-timer.C
		}
		l.soon.mu.Lock()
		n := min(len(l.soon.queue), soonBatch)
		if n == 0 {
			l.soon.writing = false
			close(idle)
			l.soon.mu.Unlock()
			return
		}
		rows := append([]row(nil), l.soon.queue[:n]...)
		l.soon.queue = append(l.soon.queue[:0], l.soon.queue[n:]...)
		l.soon.mu.Unlock()
		l.write(ctx, rows)
	}
}

// write writes a batch, waiting for a database that is away. Rows that the
// database refuses by themselves are dropped, so that they do not hold the rest.
func (l *Log) write(ctx context.Context, rows []row) {
	wait := 50 * time.Millisecond
	for logged := false; ; {
		err := l.insert(ctx, rows)
		switch {
		case err == nil:
			l.nudge()
			return
		case errors.Is(err, database.ErrClosed), errors.Is(err, database.ErrCommitUnknown):
			// After an unknown commit the rows may be there; a second time they would be counted twice.
			l.drop(len(rows), err)
			return
		case l.db.Ping(ctx) == nil:
			l.writeEach(ctx, rows)
			return
		case !logged:
			l.log.Error("events wait for the database", "error", err)
			logged = true
		}
		t := time.NewTimer(wait)
		<-t.C
		wait = min(2*wait, 2*time.Second)
	}
}

func (l *Log) writeEach(ctx context.Context, rows []row) {
	for _, r := range rows {
		if err := l.insert(ctx, []row{r}); err != nil {
			l.drop(1, err)
		}
	}
	l.nudge()
}

func (l *Log) insert(ctx context.Context, rows []row) error {
	return l.db.InTx(ctx, func(ctx context.Context) error {
		if err := l.store.insert(ctx, rows); err != nil {
			return err
		}
		return failpoint.Hit(ctx, "event/soon")
	})
}
