package database

import (
	"runtime"
	"time"
)

// AwaitQueue returns when n calls wait for the next shared transaction.
func AwaitQueue(db *DB, n int) {
	for {
		db.group.mu.Lock()
		waiting := len(db.group.queue)
		db.group.mu.Unlock()
		if waiting >= n {
			return
		}
		runtime.Gosched()
	}
}

// Columns lists what the schema has: table, column, type, nullable.
func Columns(db *DB) (lines [][4]string, err error) {
	rows, err := db.engine.read.Query(db.engine.columns)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var table, column, kind string
		var nullable bool
		if err := rows.Scan(&table, &column, &kind, &nullable); err != nil {
			return nil, err
		}
		null := "not null"
		if nullable {
			null = "null"
		}
		lines = append(lines, [4]string{table, column, kind, null})
	}
	return lines, rows.Err()
}

// Alter runs SQL that no migration would, to play a schema gone astray.
func Alter(db *DB, sql string) error {
	_, err := db.engine.write.Exec(sql)
	return err
}

// SweepChanges runs the sweep of Watch at once.
var SweepChanges = (*DB).sweepChanges

// Now returns the database's SQL for its clock.
func Now(db *DB) string { return db.engine.now }

// Bound sets how long a transaction may take.
func Bound(db *DB, d time.Duration) { db.engine.limit = d }

// Poll is one look of Watch, as if the last had been at since.
var Poll = (*DB).poll
