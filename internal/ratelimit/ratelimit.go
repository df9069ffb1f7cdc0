package ratelimit

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// Patience is how long Redis may take to answer, unless told otherwise.
	Patience = 50 * time.Millisecond
	// pause is how long a Redis that failed is left alone.
	pause = time.Second
)

// Deps is what a Limiter needs. Without Redis it counts for this node alone.
type Deps struct {
	Redis redis.UniversalClient
	// OwnClock has Redis count by Now instead of by its own clock. The clocks of several
	// nodes differ, so it is for tests, which move one.
	OwnClock bool
	// Patience is how long Redis may take to answer; 0 is 50 milliseconds.
	Patience time.Duration
	Now      func() time.Time
	Logger   *slog.Logger
}

// Limiter admits and turns away. It is safe for concurrent use.
type Limiter struct {
	memory *memory
	shared *shared // nil: this node counts alone
	now    func() time.Time
	logger *slog.Logger

	// away is until when, in microseconds, Redis is left alone; 0 while it answers.
	away           atomic.Int64
	asked, missed  atomic.Uint64
	admits, denies atomic.Uint64
}

// New returns a limiter; it panics when a dependency is missing.
func New(d Deps) *Limiter {
	if d.Now == nil || d.Logger == nil {
		panic("ratelimit: Now and Logger are needed")
	}
	l := &Limiter{memory: newMemory(shardSize), now: d.Now, logger: d.Logger}
	if d.Redis != nil {
		if d.Patience == 0 {
			d.Patience = Patience
		}
		l.shared = &shared{client: d.Redis, script: redis.NewScript(script), patience: d.Patience}
		if d.OwnClock {
			l.shared.now = func() int64 { return d.Now().UnixMicro() }
		}
	}
	return l
}

// Take counts one more under every cell and returns 0; or it counts nothing and returns
// how long to wait until all would admit it, and the number of the cell that makes one wait
// the longest. The cells of one call are of one group. It never fails and takes little
// longer than Deps.Patience at most; what it decides does not depend on whether the caller
// is still there.
func (l *Limiter) Take(ctx context.Context, cells ...Cell) (wait time.Duration, which int) {
	no := l.decide(ctx, cells)
	if no.wait > 0 {
		l.denies.Add(1)
	} else {
		l.admits.Add(1)
	}
	return time.Duration(no.wait) * time.Microsecond, no.which
}

func (l *Limiter) decide(ctx context.Context, cells []Cell) refusal {
	if len(cells) == 0 {
		return refusal{}
	}
	now := l.now().UnixMicro()
	// Memory first: what this node turns away by itself costs Redis nothing, which is
	// most of an attack, and no failure of Redis finds a node that has counted nothing.
	if no := l.memory.take(cells, now); no.wait > 0 {
		return no
	}
	if l.shared == nil || !l.reachable(now) {
		return refusal{}
	}
	l.asked.Add(1)
	no, err := l.shared.take(context.WithoutCancel(ctx), cells)
	if err != nil {
		l.missed.Add(1)
		l.leave(ctx, err)
		return refusal{}
	}
	l.back(ctx)
	if no.wait > 0 {
		l.memory.giveBack(cells, now)
	}
	return no
}

// reachable reports whether to ask Redis. Of those who come after the pause one is sent
// to find out, and the others wait for another pause.
func (l *Limiter) reachable(now int64) bool {
	until := l.away.Load()
	switch {
	case until == 0:
		return true
	case now < until && until-now <= pause.Microseconds():
		return false
	}
	return l.away.CompareAndSwap(until, now+pause.Microseconds())
}

// leave leaves Redis alone for a while.
func (l *Limiter) leave(ctx context.Context, err error) {
	if before := l.away.Swap(l.now().Add(pause).UnixMicro()); before == 0 {
		l.logger.WarnContext(ctx, "Redis does not answer: each node keeps the limits by itself", "error", err)
	}
}

// back asks Redis again from now on.
func (l *Limiter) back(ctx context.Context) {
	if before := l.away.Load(); before != 0 && l.away.CompareAndSwap(before, 0) {
		l.logger.InfoContext(ctx, "Redis answers again: all nodes keep the limits together")
	}
}

// Counts is what a limiter has done since it exists.
type Counts struct {
	Admitted, Denied uint64
	// Asked are the decisions that went to Redis, Missed those of them without answer.
	Asked, Missed uint64
	// Together says that all nodes keep the limits together right now.
	Together bool
}

// Counts returns what the limiter has done.
func (l *Limiter) Counts() Counts {
	return Counts{
		Admitted: l.admits.Load(), Denied: l.denies.Load(), Asked: l.asked.Load(), Missed: l.missed.Load(),
		Together: l.shared != nil && l.away.Load() == 0,
	}
}
