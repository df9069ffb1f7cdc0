package database

import (
	"context"
	"fmt"
	"sync"
	"time"

	"authserver/internal/id"

	"gorm.io/gorm"
)

const (
	pollEvery   = 250 * time.Millisecond
	sweepEvery  = time.Minute
	changesLive = 10 * time.Minute
	// changesWindow is how far back each poll looks. A change is written just
	// before COMMIT, so this is how long a commit may take and still be seen.
	changesWindow = 10 * time.Second
)

// change says that what is cached under key of topic is no longer true.
type change struct{ topic, key, id string }

// changeRow is a change on its way to other processes.
type changeRow struct {
	ID    string `gorm:"column:id"`
	Topic string `gorm:"column:topic"`
	Key   string `gorm:"column:key"`
	At    int64  `gorm:"column:at"`
}

// watch holds who wants to hear of changes, and what they have heard.
type watch struct {
	mu       sync.RWMutex
	handlers map[string][]func(key string)
	missed   []func(ctx context.Context) error
	until    int64            // the database's time of the last poll that worked
	polling  bool             // without polls nothing is met twice, so nothing need be remembered
	seen     map[string]int64 // ids handled, with their time; bounded by the window
}

// OnChange has fn called with the key of every change of topic, made by any
// process: within this one before the transaction's InTx returns, from others by
// Watch. A change may be told twice. fn drops something from memory: it must be
// quick, must not panic, and must not use the database.
func (db *DB) OnChange(topic string, fn func(key string)) {
	db.watch.mu.Lock()
	defer db.watch.mu.Unlock()
	if db.watch.handlers == nil {
		db.watch.handlers = map[string][]func(string){}
	}
	db.watch.handlers[topic] = append(db.watch.handlers[topic], fn)
}

// OnMissed has fn called by Watch when it has been cut off for longer than changes
// are kept: what changed meanwhile is told by nobody, so fn reads anew what has no
// lifetime of its own. It is called again until it succeeds.
func (db *DB) OnMissed(fn func(ctx context.Context) error) {
	db.watch.mu.Lock()
	defer db.watch.mu.Unlock()
	db.watch.missed = append(db.watch.missed, fn)
}

// Changed tells all processes, this one included, that the thing under key of
// topic has changed, if and when the transaction of ctx commits. It is
// ErrOutsideTransaction without one.
func (db *DB) Changed(ctx context.Context, topic, key string) error {
	u := db.unit(ctx)
	if u == nil {
		return fmt.Errorf("change of %s: %w", topic, ErrOutsideTransaction)
	}
	for _, c := range u.changes {
		if c.topic == topic && c.key == key {
			return nil
		}
	}
	u.changes = append(u.changes, change{topic, key, id.New()})
	return nil
}

// writeChanges runs last in a transaction: the shorter a change waits for its
// commit, the smaller the window in which polls must look for it.
func (u *unit) writeChanges(ctx context.Context) error {
	if len(u.changes) == 0 {
		return nil
	}
	tx := u.handle.WithContext(u.within(ctx))
	for _, c := range u.changes {
		err := tx.Exec("INSERT INTO changes (id, topic, key, at) VALUES (?, ?, ?, "+u.db.engine.now+")", c.id, c.topic, c.key).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// fire tells this process's handlers of committed changes of its own.
func (db *DB) fire(changes []change) {
	if len(changes) == 0 {
		return
	}
	db.watch.mu.Lock()
	if db.watch.polling {
		for _, c := range changes {
			db.watch.seen[c.id] = 0 // its time is learnt from the poll that meets it
		}
	}
	db.watch.mu.Unlock()
	for _, c := range changes {
		db.tell(c.topic, c.key)
	}
}

func (db *DB) tell(topic, key string) {
	db.watch.mu.RLock()
	handlers := db.watch.handlers[topic]
	db.watch.mu.RUnlock()
	for _, fn := range handlers {
		fn(key)
	}
}

// Watch tells the handlers of this process what others have changed, within a
// quarter of a second, until ctx ends. It survives a database that is away: what
// was missed is told afterwards, and it goes on where it was when it is called again.
// It also sweeps old changes.
func (db *DB) Watch(ctx context.Context) error {
	poll, sweep := time.NewTicker(pollEvery), time.NewTicker(sweepEvery)
	defer poll.Stop()
	defer sweep.Stop()
	db.watch.mu.Lock()
	db.watch.polling = true
	db.watch.mu.Unlock()
	failing := false
	for {
		now, err := db.poll(ctx, db.watch.until)
		if err == nil {
			db.watch.until = now
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !failing {
			db.log.ErrorContext(ctx, "changes of other nodes cannot be read", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-sweep.C:
			if err := db.sweepChanges(ctx); err != nil && ctx.Err() == nil {
				db.log.ErrorContext(ctx, "old changes cannot be removed", "error", err)
			}
		case <-poll.C:
		}
	}
}

// poll tells what was committed since the poll of that time (0: recently) and
// has not been told, and returns the database's time.
func (db *DB) poll(ctx context.Context, since int64) (now int64, err error) {
	window := changesWindow.Microseconds()
	tx := db.With(ctx)
	if err := tx.Raw("SELECT " + db.engine.now).Scan(&now).Error; err != nil {
		return 0, err
	}
	switch {
	case since == 0:
		since = now
	case now-since > changesLive.Microseconds()-window:
		if err := db.reread(ctx); err != nil {
			return 0, err
		}
	}
	var rows []changeRow
	if err := tx.Raw("SELECT id, topic, key, at FROM changes WHERE at > ? ORDER BY at, id", since-window).Scan(&rows).Error; err != nil {
		return 0, err
	}
	for _, r := range db.unheard(rows, now-3*window) {
		db.tell(r.Topic, r.Key)
	}
	return now, nil
}

// reread has everything read anew that may have changed unheard.
func (db *DB) reread(ctx context.Context) error {
	db.watch.mu.RLock()
	missed := db.watch.missed
	db.watch.mu.RUnlock()
	for _, fn := range missed {
		if err := fn(ctx); err != nil {
			return fmt.Errorf("read anew after changes were missed: %w", err)
		}
	}
	return nil
}

// unheard returns the rows not yet told, remembers them, and forgets what is too
// old to be met again.
func (db *DB) unheard(rows []changeRow, old int64) []changeRow {
	db.watch.mu.Lock()
	defer db.watch.mu.Unlock()
	var fresh []changeRow
	for _, r := range rows {
		if _, heard := db.watch.seen[r.ID]; !heard {
			fresh = append(fresh, r)
		}
		db.watch.seen[r.ID] = r.At
	}
	for id, at := range db.watch.seen {
		if at != 0 && at < old {
			delete(db.watch.seen, id)
		}
	}
	return fresh
}

func (db *DB) sweepChanges(ctx context.Context) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		old := gorm.Expr(db.engine.now+" - ?", changesLive.Microseconds())
		return db.With(ctx).Exec("DELETE FROM changes WHERE id IN (SELECT id FROM changes WHERE at < ? ORDER BY at LIMIT 5000)", old).Error
	})
}
