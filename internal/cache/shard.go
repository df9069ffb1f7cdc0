package cache

import (
	"sync"
	"sync/atomic"
)

// shard is an independent part of a cache with its own lock.
type shard[K comparable, V any] struct {
	mu      sync.RWMutex
	entries map[K]*entry[K, V]
	flights map[K]*flight[V]
	slots   []*entry[K, V] // the same entries, in the order the hand passes them
	hand    int
	size    int
	hits    atomic.Uint64
	misses  atomic.Uint64
	_       [64]byte // keeps the locks of neighbours on different cache lines
}

// entry is one result; all but used and slot never change.
type entry[K comparable, V any] struct {
	key     K
	value   V
	err     error
	expires int64 // unix nanoseconds, 0 is never
	slot    int   // guarded by the shard's lock
	used    atomic.Bool
}

func (e *entry[K, V]) fresh(now int64) bool {
	return e.expires == 0 || now < e.expires
}

// flight is a load under way. value and err are written before done is closed
// and read only after.
type flight[V any] struct {
	done  chan struct{}
	value V
	err   error
}

func (s *shard[K, V]) reset(size int) {
	s.entries = make(map[K]*entry[K, V])
	s.flights = make(map[K]*flight[V])
	s.size = size
}

// lookup returns the live entry of k or nil.
func (s *shard[K, V]) lookup(k K, now int64) *entry[K, V] {
	s.mu.RLock()
	e := s.entries[k]
	s.mu.RUnlock()
	if e == nil || !e.fresh(now) {
		return nil
	}
	// Testing first keeps a hot entry's cache line shared between cores.
	if !e.used.Load() {
		e.used.Store(true)
	}
	return e
}

// join returns the flight for k, an expired value that is still good enough, and
// whether the caller has to run the flight. An entry that arrived meanwhile
// comes back as a finished flight.
func (s *shard[K, V]) join(k K, now, stale int64) (l *flight[V], old *entry[K, V], started bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[k]
	if e != nil && e.fresh(now) {
		l = &flight[V]{done: make(chan struct{}), value: e.value, err: e.err}
		close(l.done)
		return l, nil, false
	}
	if e != nil && e.err == nil && now-e.expires < stale {
		old = e
	}
	if l = s.flights[k]; l != nil {
		return l, old, false
	}
	l = &flight[V]{done: make(chan struct{})}
	s.flights[k] = l
	return l, old, true
}

// verdict is what becomes of a result.
type verdict struct {
	replace bool  // the entry before it is no longer true
	keep    bool  // it is stored
	expires int64 // unix nanoseconds, 0 is never
}

// finish stores the result of l unless k was dropped while it was loading.
func (s *shard[K, V]) finish(k K, l *flight[V], v verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flights[k] != l {
		return
	}
	delete(s.flights, k)
	if v.replace {
		s.remove(k)
	}
	if v.keep {
		s.insert(&entry[K, V]{key: k, value: l.value, err: l.err, expires: v.expires})
	}
}

func (s *shard[K, V]) insert(e *entry[K, V]) {
	s.entries[e.key] = e
	if len(s.slots) < s.size {
		e.slot = len(s.slots)
		s.slots = append(s.slots, e)
		return
	}
	// Second chance: whoever was used since the hand last passed stays once
	// more. One round at most, though readers may mark entries meanwhile.
	for range s.slots {
		if !s.slots[s.hand].used.Swap(false) {
			break
		}
		s.hand = (s.hand + 1) % len(s.slots)
	}
	delete(s.entries, s.slots[s.hand].key)
	e.slot = s.hand
	s.slots[s.hand] = e
	s.hand = (s.hand + 1) % len(s.slots)
}

// remove takes k's entry out and moves the last slot into its place.
func (s *shard[K, V]) remove(k K) {
	e := s.entries[k]
	if e == nil {
		return
	}
	delete(s.entries, k)
	last := len(s.slots) - 1
	moved := s.slots[last]
	s.slots[e.slot], moved.slot = moved, e.slot
	s.slots[last] = nil
	s.slots = s.slots[:last]
	if s.hand >= len(s.slots) {
		s.hand = 0
	}
}

func (s *shard[K, V]) drop(k K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flights, k)
	s.remove(k)
}

func (s *shard[K, V]) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.entries)
	clear(s.flights)
	clear(s.slots)
	s.slots, s.hand = s.slots[:0], 0
}
