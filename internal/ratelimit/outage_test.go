package ratelimit

import (
	"fmt"
	"testing"
	"time"

	"authserver/internal/ratelimit/ratelimittest"
)

func TestARedisThatIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	c, r := &clock{}, ratelimittest.Open(t)
	a, b := node(t, c, r.URL), node(t, c, r.URL)
	cell := cellOf("10/m", "x")
	admitted := use(a, cell, 3) + use(b, cell, 3)
	r.Kill()
	// Each node has what is left of its own ten.
	if n := use(a, cell, 30); n != 7 {
		t.Errorf("the first node admits %d more, 7 are left", n)
	} else {
		admitted += n
	}
	if n := use(b, cell, 4); n != 4 {
		t.Errorf("the second node admits %d of 4", n)
	} else {
		admitted += n
	}
	if a.Counts().Together || a.Counts().Missed != 1 {
		t.Errorf("Redis was asked again before the pause was over: %+v", a.Counts())
	}
	r.Start() // empty
	c.advance(pause)
	// An empty Redis would admit ten more; the nodes know better.
	admitted += use(a, cell, 30) + use(b, cell, 30)
	if admitted < 10 || admitted > 20 {
		t.Errorf("%d were admitted by two nodes under 10/m, 20 at most are promised", admitted)
	}
	if !b.Counts().Together {
		t.Error("Redis is back, and the second node does not know")
	}
	c.advance(time.Minute)
	if n := use(a, cell, 30) + use(b, cell, 30); n != 10 {
		t.Errorf("a minute later %d of 10 were admitted", n)
	}
	if !a.Counts().Together {
		t.Error("Redis is back, and the first node does not know")
	}
}

func TestAFrozenRedisDelaysOneCallerAtATime(t *testing.T) {
	t.Parallel()
	const patience = time.Second // enough for one that is not frozen, on a busy machine
	c, r := &clock{}, ratelimittest.Open(t)
	l := nodeWith(t, c, r.URL, patience)
	warm := cellOf("1000/m", "warm")
	for range 10 {
		if use(l, warm, 1); l.Counts().Together {
			break
		}
		c.advance(pause)
	}
	before := l.Counts()
	if !before.Together {
		t.Fatal("no Redis")
	}
	r.Freeze()
	cell := cellOf("10/m", "x")
	start := time.Now()
	if n := use(l, cell, 1); n != 1 {
		t.Error("a frozen Redis turns people away")
	}
	if took := time.Since(start); took < patience {
		t.Errorf("the first caller waited %s only", took)
	}
	if n := use(l, cell, 500); n != 9 {
		t.Errorf("%d of the 9 left were admitted", n)
	}
	// Who does not ask does not wait.
	if n := l.Counts(); n.Asked != before.Asked+1 || n.Missed != before.Missed+1 {
		t.Errorf("a frozen Redis was asked again and again: %+v, before: %+v", n, before)
	}
	for i := range uint64(3) { // one trial after each pause
		c.advance(pause)
		use(l, warm, 5)
		if n := l.Counts(); n.Missed != before.Missed+2+i {
			t.Errorf("%d trials, want %d", n.Missed-before.Missed, 2+i)
		}
	}
	r.Thaw()
	for range 10 {
		c.advance(pause)
		if use(l, warm, 5); l.Counts().Together {
			return
		}
	}
	t.Errorf("Redis is back: %+v", l.Counts())
}

func TestARedisThatIsEmptiedForgetsAndTheNodesDoNot(t *testing.T) {
	t.Parallel()
	c, r := &clock{}, ratelimittest.Open(t)
	a, b := node(t, c, r.URL), node(t, c, r.URL)
	cell := cellOf("10/m", "x")
	admitted := 0
	for range 40 { // emptied again and again, as by who wants to guess without end
		admitted += use(a, cell, 1) + use(b, cell, 1)
		if got := r.Do("FLUSHALL"); got != "+OK" {
			t.Fatal(got)
		}
		if got := r.Do("SCRIPT", "FLUSH"); got != "+OK" {
			t.Fatal(got)
		}
	}
	if admitted < 10 || admitted > 20 {
		t.Errorf("%d were admitted by two nodes under 10/m, 20 at most are promised", admitted)
	}
	if n := a.Counts(); n.Missed != 0 {
		t.Errorf("%+v", n)
	}
}

func TestARedisThatMakesNoSense(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(r *ratelimittest.Redis, key string) string{
		"text where a number was":   func(r *ratelimittest.Redis, key string) string { return r.Do("SET", key, "soon") },
		"a list where a number was": func(r *ratelimittest.Redis, key string) string { return r.Do("RPUSH", key, "1") },
		"far in the future":         func(r *ratelimittest.Redis, key string) string { return r.Do("SET", key, "99999999999999999") },
		"no room":                   func(r *ratelimittest.Redis, _ string) string { return r.Do("CONFIG", "SET", "maxmemory", "1") },
		"a replica":                 func(r *ratelimittest.Redis, _ string) string { return r.Do("REPLICAOF", "127.0.0.1", "1") },
		"a password":                func(r *ratelimittest.Redis, _ string) string { return r.Do("CONFIG", "SET", "requirepass", "x") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, r := &clock{}, ratelimittest.Open(t)
			a := node(t, c, r.URL)
			cell := cellOf("5/m", "x")
			if got := spoil(r, nameOf(cell)); got[0] == '-' {
				t.Fatal(got)
			}
			if n := use(a, cell, 50); n != 5 {
				t.Errorf("%d of 5 were admitted", n)
			}
		})
	}
}

func nameOf(c Cell) string { return name(c.Key) }

func TestNoRedisAtTheAddress(t *testing.T) {
	t.Parallel()
	c := &clock{}
	l := node(t, c, "redis://127.0.0.1:1")
	if n := use(l, cellOf("5/m", "x"), 50); n != 5 {
		t.Errorf("%d of 5 were admitted", n)
	}
	if n := l.Counts(); n.Together || n.Missed != 1 {
		t.Errorf("%+v", n)
	}
}

func TestAddressesOfRedis(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"redis://cache:6379":                                    `[cache:6379] "" false 0 false`,
		"rediss://:secret@cache:6380/2":                         `[cache:6380] "" false 2 true`,
		"redis://one:6379?addr=two:6379&addr=three:6379":        `[one:6379 two:6379 three:6379] "" true 0 false`,
		"redis://s1:26379/1?addr=s2:26379&master_name=mymaster": `[s1:26379 s2:26379] "mymaster" false 1 false`,
	} {
		o, err := universal(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got := fmt.Sprintf("%v %q %v %d %v", o.Addrs, o.MasterName, o.IsClusterMode, o.DB, o.TLSConfig != nil); got != want {
			t.Errorf("%s: got %s, want %s", url, got, want)
		}
	}
	for _, url := range []string{"http://cache", "redis://cache?nonsense=1", "redis://cache/x", "redis://:pass word@cache:x"} {
		if _, err := Dial(url); err == nil {
			t.Errorf("%s is accepted", url)
		}
	}
}

func TestACluster(t *testing.T) {
	t.Parallel()
	c, r := &clock{}, ratelimittest.Open(t, "--cluster-enabled", "yes")
	if got := r.Do("CLUSTER", "ADDSLOTSRANGE", "0", "16383"); got != "+OK" {
		t.Fatal(got)
	}
	l := node(t, c, r.URL+"?addr="+r.URL[len("redis://"):])
	for deadline := time.Now().Add(20 * time.Second); !l.Counts().Together || l.Counts().Asked == 0; c.advance(pause) {
		if time.Now().After(deadline) { // it takes a moment until a cluster thinks that it is one
			t.Fatalf("the cluster does not answer: %+v", l.Counts())
		}
		use(l, cellOf("1000/m", "warm"), 1)
	}
	missed := l.Counts().Missed
	k := NewKeys([]byte("k"))
	minute, day := k.Cell(Limit{5, time.Minute}, "realm", "x"), k.Cell(Limit{100, 24 * time.Hour}, "realm", "y")
	admitted := 0
	for range 20 {
		if wait, _ := l.Take(t.Context(), minute, day); wait == 0 {
			admitted++
		}
	}
	if n := l.Counts(); admitted != 5 || n.Missed != missed {
		t.Errorf("%d of 5 were admitted: %+v", admitted, n)
	}
}
