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
	if o.Size < 1 || o.Now == nil || o.TTL < 0 || o.Negative < 0 {
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

// Get returns the value of k. When it is not there, load finds it: once however
// many callers ask, and to its end even when the first caller goes away, under
// a context that has the caller's values but not its cancellation. Values and
// faults of kind NotFound are kept; other errors are returned and forgotten. A
// caller whose own context ends gets that error.
func (c *Cache[K, V]) Get(ctx context.Context, k K, load func(context.Context) (V, error)) (V, error) {
	s := c.shard(k)
	now := c.options.Now().UnixNano()
	if e := s.lookup(k, now); e != nil {
		return e.value, e.err
	}
	l, started := s.join(k, now)
	if started {
		go c.run(ctx, s, k, l, load)
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
		expires, keep := c.lifetime(l.err)
		s.finish(k, l, expires, keep)
		close(l.done)
	}()
	l.value, l.err = load(ctx)
	if l.err != nil {
		var zero V
		l.value = zero
	}
}

// lifetime decides whether a result is kept, and until when (0 is for good).
func (c *Cache[K, V]) lifetime(err error) (expires int64, keep bool) {
	ttl := c.options.TTL
	if err != nil {
		f, ok := fault.Of(err)
		if !ok || f.Kind != fault.NotFound || c.options.Negative == 0 {
			return 0, false
		}
		ttl = c.options.Negative
	}
	if ttl == 0 {
		return 0, true
	}
	return c.options.Now().Add(ttl).UnixNano(), true
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
