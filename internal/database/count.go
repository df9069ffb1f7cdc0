package database

import (
	"context"
	"database/sql"
	"sync/atomic"
)

// Counts says how much a database was asked. BEGIN, COMMIT and savepoints are
// not statements here.
type Counts struct {
	Statements uint64 // everything sent, reading or writing
	Writes     uint64 // statements that change rows
	Commits    uint64 // transactions that changed rows
}

type totals struct{ statements, writes, commits atomic.Uint64 }

type countsKey struct{}

// Totals returns what was counted since Open.
func (db *DB) Totals() Counts {
	return Counts{db.totals.statements.Load(), db.totals.writes.Load(), db.totals.commits.Load()}
}

// Counting returns a context whose statements are also counted into the result,
// which is complete when the work under the context has ended. A transaction
// shared through [DB.Group] counts as a commit for each who joined.
func Counting(ctx context.Context) (context.Context, *Counts) {
	c := new(Counts)
	return context.WithValue(ctx, countsKey{}, c), c
}

func (db *DB) count(ctx context.Context, write bool) {
	c, _ := ctx.Value(countsKey{}).(*Counts)
	db.totals.statements.Add(1)
	if c != nil {
		atomic.AddUint64(&c.Statements, 1)
	}
	if !write {
		return
	}
	db.totals.writes.Add(1)
	if c != nil {
		atomic.AddUint64(&c.Writes, 1)
	}
}

// committed counts a commit for ctx alone; the total counts each transaction once.
func committed(ctx context.Context) {
	if c, _ := ctx.Value(countsKey{}).(*Counts); c != nil {
		atomic.AddUint64(&c.Commits, 1)
	}
}

// Pools returns the state of the pools of connections by what they are for: "write"
// and, on SQLite, "read". On PostgreSQL one pool does both.
func (db *DB) Pools() map[string]sql.DBStats {
	pools := map[string]sql.DBStats{"write": db.engine.write.Stats()}
	if db.engine.read != db.engine.write {
		pools["read"] = db.engine.read.Stats()
	}
	return pools
}
