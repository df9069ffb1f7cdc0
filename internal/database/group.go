package database

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// batch is how many may share a transaction: enough to spread a commit thin,
// few enough that nobody waits long for the others' statements.
const batch = 256

// group gathers small transactions into shared ones.
type group struct {
	db      *DB
	mu      sync.Mutex
	queue   []*member
	running bool
	closed  bool
}

// member is one call of Group.
type member struct {
	ctx   context.Context
	fn    func(context.Context) error
	taken atomic.Bool // by the commit, or by the caller's cancellation: whoever is first
	done  chan struct{}

	err      error
	panicked error
	hooks    []func()
}

// Group runs fn in a transaction that it shares with other callers: while one
// shared transaction commits, whoever arrives is gathered for the next. It
// returns after the commit, with fn's own error or the commit's. fn sees its own
// context values; its failure undoes what it did and does not touch the others,
// and like InTx it may be run again. A caller who is gone before the
// transaction has begun is left out; later the group decides. Inside a
// transaction, Group is InTx.
//
// It is for small frequent writes whose answer waits for them: opaque tokens,
// counters, attempts. Nothing in fn may wait for another caller of Group.
func (db *DB) Group(ctx context.Context, fn func(ctx context.Context) error) error {
	if db.unit(ctx) != nil {
		return db.InTx(ctx, fn)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	m := &member{ctx: ctx, fn: fn, done: make(chan struct{})}
	if err := db.group.add(m); err != nil {
		return err
	}
	select {
	case <-m.done:
	case <-ctx.Done():
		if m.taken.CompareAndSwap(false, true) {
			return context.Cause(ctx)
		}
		<-m.done
	}
	if m.panicked != nil {
		panic(m.panicked)
	}
	return m.err
}

func (g *group) add(m *member) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return ErrClosed
	}
	g.queue = append(g.queue, m)
	if !g.running {
		g.running = true
		g.db.idle.Add(1)
		go g.run()
	}
	return nil
}

func (g *group) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// run commits until nobody waits. It gathers without a clock: the commit under
// way is the wait, so a lone caller is served at once and a crowd shares.
func (g *group) run() {
	defer g.db.idle.Done()
	for {
		runtime.Gosched() // those who are about to join may do so
		members := g.take()
		if members == nil {
			return
		}
		g.commit(members)
		for _, m := range members {
			m.call(func() {
				for _, hook := range m.hooks {
					hook()
				}
			})
			close(m.done)
		}
	}
}

// take returns the next to commit, without those who have gone, or nil and ends the run.
func (g *group) take() []*member {
	g.mu.Lock()
	defer g.mu.Unlock()
	var members []*member
	n := 0
	for ; n < len(g.queue) && len(members) < batch; n++ {
		if m := g.queue[n]; m.taken.CompareAndSwap(false, true) {
			members = append(members, m)
		}
	}
	g.queue = append(g.queue[:0], g.queue[n:]...)
	clear(g.queue[len(g.queue):cap(g.queue)])
	g.running = members != nil
	return members
}

// errSpoiled ends the hopeful pass of a group.
var errSpoiled = errors.New("database: a member of the group failed")

// commit runs a group. First hopefully, without savepoints, as these double the
// statements and hardly anybody fails; if somebody does after having changed
// something, all run again, each in a savepoint.
func (g *group) commit(members []*member) {
	err := g.transact(members, false)
	if errors.Is(err, errSpoiled) {
		err = g.transact(members, true)
	}
	if err != nil {
		for _, m := range members {
			m.hooks = nil
			if m.err == nil {
				m.err = err
			}
		}
	}
}

func (g *group) transact(members []*member, careful bool) error {
	u, err := g.db.run(context.Background(), func(ctx context.Context) error {
		u := g.db.unit(ctx)
		for _, m := range members {
			if err := m.take(u, careful, len(members) == 1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.err == nil && u.wrote {
			committed(m.ctx)
		}
	}
	g.db.fire(u.changes)
	return nil
}

// take runs one member in the shared transaction and returns an error only when
// the transaction cannot go on.
func (m *member) take(u *unit, careful, alone bool) error {
	m.err, m.hooks, m.panicked = nil, nil, nil
	ctx := u.within(m.ctx)
	hooks, changes, effects := len(u.hooks), len(u.changes), u.effects
	work := func(ctx context.Context) (err error) {
		m.call(func() { err = m.fn(ctx) })
		return errors.Join(err, m.panicked)
	}
	if careful {
		m.err = u.savepoint(ctx, work)
	} else {
		m.err = work(ctx)
	}
	m.hooks = append(m.hooks, u.hooks[hooks:]...)
	u.hooks = u.hooks[:hooks]
	if m.err == nil && u.failed() == nil {
		return nil
	}
	m.hooks = nil
	switch harmless := u.effects == effects && u.failed() == nil; {
	case transient(m.err):
		return m.err
	case harmless:
		u.changes = u.changes[:changes]
		return nil
	case alone && m.err != nil:
		return m.err
	default:
		return errors.Join(errSpoiled, u.failed())
	}
}

// call runs fn and keeps its panic for the caller's goroutine.
func (m *member) call(fn func()) {
	defer func() {
		if p := recover(); p != nil {
			m.panicked = fmt.Errorf("panic in group: %v\n%s", p, debug.Stack())
		}
	}()
	fn()
}
