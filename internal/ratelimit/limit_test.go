package ratelimit

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func TestLimitsAreWrittenInWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"5/m": "5/m", "100/day": "100/day", "10/min": "10/m", "500/h": "500/h", " 1 / Second ": "1/s",
		"100/day, 5/m": "5/m, 100/day", "1/s,2/m,3/h,4/d": "1/s, 2/m, 3/h, 4/day", "1000000/s": "1000000/s",
	} {
		all, err := Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := Format(all); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		again, err := Parse(Format(all))
		if err != nil || Format(again) != want {
			t.Errorf("%q: what is written cannot be read: %v %v", text, again, err)
		}
	}
	for _, text := range []string{
		"", ",", "5", "/m", "5/", "0/m", "-1/m", "+5/m", "5/week", "5/m,", "5/m,6/min", "1000001/s", "5/m;6/h", "5 m", "0x5/m", "1e3/m", "5.5/m", "99999999999999999999/m",
	} {
		if all, err := Parse(text); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: got %v, %v", text, all, err)
		}
	}
}

// bucket is the same rule thought of otherwise: it leaks a drop every interval, and one
// more drop must fit. It counts in whole drops and a remainder, not by arrival times.
type bucket struct {
	limit Limit
	fill  int64 // in microseconds of leaking
	at    int64
}

func (b *bucket) admit(now int64) bool {
	b.fill = max(0, b.fill-(now-b.at))
	b.at = now
	drop := b.limit.Per.Microseconds() / b.limit.Count
	if b.fill+drop > drop*b.limit.Count {
		return false
	}
	b.fill += drop
	return true
}

func TestMemoryKeepsTheLimitOfAModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		l := Limit{1 + r.Int64N(20), []time.Duration{time.Second, time.Minute, time.Hour}[r.IntN(3)]}
		m, b := newMemory(shardSize), &bucket{limit: l}
		cell := NewKeys([]byte("k")).Cell(l, "g", "x")
		now := int64(1_700_000_000_000_000)
		b.at = now
		var admitted []int64
		for range 500 {
			now += r.Int64N(3 * l.interval())
			wait := m.take([]Cell{cell}, now).wait
			if want := b.admit(now); want != (wait == 0) {
				t.Fatalf("%s at %d: waits %d, the model admits: %v", l, now, wait, want)
			}
			if wait == 0 {
				admitted = append(admitted, now)
				continue
			}
			// Whoever waits as long as they are told gets in, and not a microsecond before.
			if _, w := l.step(m.of(cell.Key).tats[cell.Key], now+wait); w != 0 {
				t.Fatalf("%s: told to wait %d, and then %d", l, wait, w)
			}
			if _, w := l.step(m.of(cell.Key).tats[cell.Key], now+wait-1); w == 0 {
				t.Fatalf("%s: told to wait too long", l)
			}
		}
		// The promise: in any span d at most Count + d/interval.
		for i := range admitted {
			for j := i; j < len(admitted); j++ {
				if n, most := int64(j-i+1), l.Count+(admitted[j]-admitted[i])/l.interval(); n > most {
					t.Fatalf("%s: %d admitted in %d µs, at most %d are promised", l, n, admitted[j]-admitted[i], most)
				}
			}
		}
	}
}

func TestAClockThatIsSetBackTurnsNobodyAway(t *testing.T) {
	t.Parallel()
	m := newMemory(shardSize)
	cell := NewKeys([]byte("k")).Cell(Limit{1, time.Minute}, "g", "x")
	now := int64(1_700_000_000_000_000)
	if m.take([]Cell{cell}, now).wait != 0 {
		t.Fatal("the first is turned away")
	}
	if m.take([]Cell{cell}, now-3_600_000_000).wait != 0 {
		t.Error("turned away for an hour because the clock was wrong")
	}
}

func TestSeveralCellsAreTakenTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	m := newMemory(shardSize)
	k := NewKeys([]byte("k"))
	wide, narrow, last := k.Cell(Limit{10, time.Minute}, "g", "a"), k.Cell(Limit{1, time.Hour}, "g", "b"), k.Cell(Limit{1, 24 * time.Hour}, "g", "c")
	now := int64(1_700_000_000_000_000)
	if m.take([]Cell{narrow, last}, now).wait != 0 {
		t.Fatal("the first is turned away")
	}
	for range 50 { // nothing is used up by being turned away
		if no := m.take([]Cell{wide, narrow, last}, now); no != (refusal{(24 * time.Hour).Microseconds(), 2}) {
			t.Fatalf("%+v, not for the longest", no)
		}
	}
	for i := range 10 {
		if m.take([]Cell{wide}, now).wait != 0 {
			t.Fatalf("%d of 10 are left: who was turned away was counted", i)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := newMemory(64)
	k := NewKeys([]byte("k"))
	now := int64(1_700_000_000_000_000)
	for i := range 10_000 {
		m.take([]Cell{k.Cell(Limit{2, time.Hour}, "g", strings.Repeat("x", i))}, now)
	}
	for i := range m.shards {
		if n := len(m.shards[i].tats); n > 64 || n < 32 {
			t.Errorf("shard %d has %d counters", i, n)
		}
	}
	// What says nothing any more makes room for all at once.
	m.take([]Cell{k.Cell(Limit{2, time.Hour}, "g", "late")}, now+7_300_000_000)
	left := 0
	for i := range m.shards {
		left += len(m.shards[i].tats)
	}
	if left > 64*(shards-1)+1 {
		t.Errorf("%d counters are left", left)
	}
}

func TestAKeyTellsNothingAndIsItsOwn(t *testing.T) {
	t.Parallel()
	k, l := NewKeys([]byte("k")), Limit{5, time.Minute}
	seen := map[Key]string{}
	for name, c := range map[string]Cell{
		"one": k.Cell(l, "realm", "a", "b"), "cut otherwise": k.Cell(l, "realm", "ab"), "in other order": k.Cell(l, "realm", "b", "a"),
		"other realm": k.Cell(l, "other", "a", "b"), "other limit": k.Cell(Limit{6, time.Minute}, "realm", "a", "b"),
		"other installation": NewKeys([]byte("l")).Cell(l, "realm", "a", "b"), "empty part": k.Cell(l, "realm", "a", "b", ""),
	} {
		if before, twice := seen[c.Key]; twice {
			t.Errorf("%s has the key of %s", name, before)
		}
		seen[c.Key] = name
	}
	if string(k.Cell(l, "realm", "a").Key.group()) != string(k.Cell(l, "realm", "b").Key.group()) {
		t.Error("counters of one realm are in two groups")
	}
	if text := name(k.Cell(l, "acme", "rosa@example.com").Key); strings.Contains(text, "rosa") || strings.Contains(text, "acme") || len(text) > 60 {
		t.Errorf("the key is %q", text)
	}
}

func TestASubscriberIsCountedOnce(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::9": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
		"": "", "unknown": "",
	} {
		if got := Network(address); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}
