package cache

// Counts says how a cache has served since it was made.
type Counts struct {
	Hits    uint64 // answered from memory, "not found" included
	Misses  uint64 // not there, or past its time
	Entries int    // there now
}

// Counts adds up what the shards have counted.
func (c *Cache[K, V]) Counts() Counts {
	var n Counts
	for i := range c.shards {
		s := &c.shards[i]
		n.Hits += s.hits.Load()
		n.Misses += s.misses.Load()
		s.mu.RLock()
		n.Entries += len(s.entries)
		s.mu.RUnlock()
	}
	return n
}

// count counts on the shard, whose line in the processor's cache the look-up has
// just written to anyway.
func (s *shard[K, V]) count(hit bool) {
	if hit {
		s.hits.Add(1)
	} else {
		s.misses.Add(1)
	}
}
