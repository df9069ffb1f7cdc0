package cache

import (
	"context"
	"fmt"
	"hash/maphash"
	"runtime/debug"
	"time"

	"authserver/internal/fault"
)

const (
	maxShards = 32
	// loadLimit ends a load whose database does not answer, so that its
	// waiters fail instead of gathering behind it.
	loadLimit = 10 * time.Second
)

// Options of a Cache. Size and Now are required.
type Options struct {
	Size     int           // entries at most
	TTL      time.Duration // how long a value stays; 0 is until dropped or evicted
	Negative time.Duration // how long "not found" stays; 0 is not at all
	Stale    time.Duration // how much longer a value past its TTL is served while it is loaded anew; 0 is not at all
	Now      func() time.Time
}

// Cache maps keys to values that a load function finds. The zero value is not
// usable. Values are shared between callers and must not be changed by them.
type Cache[K comparable, V any] struct {
	options Options
	seed    maphash.Seed
	shards  []shard[K, V]
	mask    uint64
}

// New returns an empty cache. It panics without a positive Size or a clock.
func New[K comparable, V any](o Options) *Cache[K, V] {
	if o.Size < 1 || o.Now == nil || o.TTL < 0 || o.Negative < 0 || o.Stale < 0 {
		panic("cache: Size and Now are required, lifetimes must not be negative")
	}
	n := 1
	for n < maxShards && n*2*16 <= o.Size {
		n *= 2
	}
	c := &Cache[K, V]{options: o, seed: maphash.MakeSeed(), shards: make([]shard[K, V], n), mask: uint64(n - 1)}
	for i := range c.shards {
		c.shards[i].reset(max(1, o.Size/n))
	}
	return c
}

func (c *Cache[K, V]) shard(k K) *shard[K, V] {
	return &c.shards[maphash.Comparable(c.seed, k)&c.mask]
}

// Peek returns the value of k if it is there and within its lifetime. It never
// loads, so it may also be asked inside a transaction.
func (c *Cache[K, V]) Peek(k K) (V, bool) {
	s := c.shard(k)
	e := s.lookup(k, c.options.Now().UnixNano())
	s.count(e != nil)
	if e == nil || e.err != nil {
		var zero V
		return zero, false
	}
	return e.value, true
}

// Get returns the value of k. When it is not there, load finds it: once however
// many callers ask, and to its end even when the first caller goes away, under
// a context that has the caller's values but not its cancellation. Values and
// faults of kind NotFound are kept; other errors are returned and forgotten. A
// caller whose own context ends gets that error.
//
// With Options.Stale, who finds a value past its TTL gets it at once while one
// load renews it, and a database that is away is not felt for that long. A
// dropped value is never served again.
func (c *Cache[K, V]) Get(ctx context.Context, k K, load func(context.Context) (V, error)) (V, error) {
	s := c.shard(k)
	now := c.options.Now().UnixNano()
	e := s.lookup(k, now)
	s.count(e != nil)
	if e != nil {
		return e.value, e.err
	}
	l, old, started := s.join(k, now, int64(c.options.Stale))
	if started {
		go c.run(ctx, s, k, l, load)
	}
	if old != nil {
		return old.value, nil
	}
	select {
	case <-l.done:
		return l.value, l.err
	case <-ctx.Done():
		// The answer may have come in the same instant; it is better than none.
		select {
		case <-l.done:
			return l.value, l.err
		default:
		}
		var zero V
		return zero, ctx.Err()
	}
}

// run executes one load and publishes its result. A panic becomes an error: it
// would end the process here, out of reach of the request's recovery.
func (c *Cache[K, V]) run(ctx context.Context, s *shard[K, V], k K, l *flight[V], load func(context.Context) (V, error)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadLimit)
	defer cancel()
	l.err = fmt.Errorf("cache: load ended without a result")
	defer func() {
		if p := recover(); p != nil {
			l.err = fmt.Errorf("cache: load panicked: %v\n%s", p, debug.Stack())
		}
		s.finish(k, l, c.verdict(l.err))
		close(l.done)
	}()
	l.value, l.err = load(ctx)
	if l.err != nil {
		var zero V
		l.value = zero
	}
}

// verdict decides what becomes of a load's result, and of the entry before it.
func (c *Cache[K, V]) verdict(err error) verdict {
	ttl := c.options.TTL
	if err != nil {
		f, ok := fault.Of(err)
		if !ok || f.Kind != fault.NotFound {
			return verdict{} // nothing was learnt: an old value may still be served
		}
		if c.options.Negative == 0 {
			return verdict{replace: true}
		}
		ttl = c.options.Negative
	}
	v := verdict{replace: true, keep: true}
	if ttl > 0 {
		v.expires = c.options.Now().Add(ttl).UnixNano()
	}
	return v
}

// Drop forgets k. A load that is running gives its result to those who already
// wait for it and to nobody else: it may have read the state before the change.
func (c *Cache[K, V]) Drop(k K) {
	c.shard(k).drop(k)
}

// Clear forgets everything, like Drop for every key.
func (c *Cache[K, V]) Clear() {
	for i := range c.shards {
		c.shards[i].clear()
	}
}
