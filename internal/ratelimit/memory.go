package ratelimit

import (
	"encoding/binary"
	"sync"
)

const (
	shards = 16
	// shardSize bounds a shard: about 200,000 counters in all, some 15 MB.
	shardSize = 12_500
	// eviction is how many counters are looked at for the one that is nearest to be
	// forgotten, when a shard is full of living ones.
	eviction = 16
)

// memory is the counters of this node.
type memory struct {
	shards [shards]shard
	size   int // of a shard
}

type shard struct {
	mu   sync.Mutex
	tats map[Key]int64
}

func newMemory(size int) *memory {
	m := &memory{size: size}
	for i := range m.shards {
		m.shards[i].tats = map[Key]int64{}
	}
	return m
}

// refusal is how long to wait, in microseconds, and the number of the cell that makes one
// wait the longest. Without a wait it is none.
type refusal struct {
	wait  int64
	which int
}

// longer is the refusal with the longer wait of r and one by a further cell.
func (r refusal) longer(wait int64, which int) refusal {
	if wait > r.wait {
		return refusal{wait, which}
	}
	return r
}

// take admits one more under every cell, or under none. Cells are taken in turn and given
// back when a later one refuses, so that no two locks are held at once; who comes in
// between may be turned away for a refusal's sake, and never let in.
func (m *memory) take(cells []Cell, now int64) refusal {
	var no refusal
	taken := 0
	for i, c := range cells {
		if no = no.longer(m.takeOne(c, now), i); no.wait > 0 {
			break
		}
		taken++
	}
	if no.wait == 0 {
		return no
	}
	// The others may have a longer wait; the caller shall come back once.
	for i := taken + 1; i < len(cells); i++ {
		no = no.longer(m.peek(cells[i], now), i)
	}
	m.giveBack(cells[:taken], now)
	return no
}

func (m *memory) of(k Key) *shard {
	return &m.shards[binary.BigEndian.Uint32(k[groupSize:])%shards]
}

func (m *memory) takeOne(c Cell, now int64) int64 {
	s := m.of(c.Key)
	s.mu.Lock()
	defer s.mu.Unlock()
	tat, known := s.tats[c.Key]
	next, wait := c.Limit.step(tat, now)
	if wait > 0 {
		return wait
	}
	if !known && len(s.tats) >= m.size {
		s.makeRoom(now)
	}
	s.tats[c.Key] = next
	return 0
}

func (m *memory) peek(c Cell, now int64) int64 {
	s := m.of(c.Key)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, wait := c.Limit.step(s.tats[c.Key], now)
	return wait
}

// giveBack undoes a take.
func (m *memory) giveBack(cells []Cell, now int64) {
	for _, c := range cells {
		s := m.of(c.Key)
		s.mu.Lock()
		if tat, ok := s.tats[c.Key]; ok {
			if tat -= c.Limit.interval(); tat > now {
				s.tats[c.Key] = tat
			} else {
				delete(s.tats, c.Key)
			}
		}
		s.mu.Unlock()
	}
}

// makeRoom forgets the counters that say nothing any more; if all of them do say
// something, the one of a few that says it for the shortest time.
func (s *shard) makeRoom(now int64) {
	var soonest Key
	least, seen := int64(0), 0
	full := len(s.tats)
	for k, tat := range s.tats {
		if tat <= now {
			delete(s.tats, k)
			continue
		}
		if seen++; seen <= eviction && (least == 0 || tat < least) {
			soonest, least = k, tat
		}
	}
	if len(s.tats) == full {
		delete(s.tats, soonest)
	}
}
