package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

type unitKey struct{}

// unit is one transaction: the connection it holds, and what is to happen when
// it commits. It is the gorm.ConnPool of the handles inside the transaction.
type unit struct {
	db     *DB
	conn   *sql.Conn
	tx     *sql.Tx
	life   context.Context // bounds the transaction; knows nothing of the caller
	bound  *time.Timer     // ends life; nil is no bound
	handle *gorm.DB
	done   atomic.Bool
	depth  int  // savepoints open
	wrote  bool // some statement was of the writing kind

	hooks   []func()
	changes []change
	trace   // what a savepoint takes back
}

// trace is what has become of a transaction so far.
type trace struct {
	effects int   // statements that changed rows
	broken  error // the statement that failed
	doomed  error // the inner part that failed after it had changed something
}

// unit returns the transaction of this database that ctx is in, if it still runs.
func (db *DB) unit(ctx context.Context) *unit {
	u, _ := ctx.Value(unitKey{}).(*unit)
	if u == nil || u.db != db || u.done.Load() {
		return nil
	}
	return u
}

// inside is the context of work inside a transaction: the caller's values, the
// transaction's end, and nothing of the caller's cancellation.
type inside struct {
	context.Context // unit.life
	values          context.Context
	unit            *unit
}

func (c inside) Value(key any) any {
	if key == (unitKey{}) {
		return c.unit
	}
	// The life first: it holds nothing but what the context package itself looks
	// for, to hang children on their parent. The caller's would be the wrong one.
	if v := c.Context.Value(key); v != nil {
		return v
	}
	return c.values.Value(key)
}

func (u *unit) within(ctx context.Context) context.Context { return inside{u.life, ctx, u} }

// longestWait bounds the wait for a connection. On SQLite a transaction opened
// within another, with the wrong context, would else wait for ever for itself.
const longestWait = 20 * time.Second

var errTooLong = errors.New("database: the transaction took too long")

var errNoConnection = errors.New("database: no connection was free in time (busy, or InTx inside InTx without its context)")

// begin waits for a connection as long as ctx allows and opens a transaction on it.
func (db *DB) begin(ctx context.Context) (*unit, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if db.closed.Load() {
		return nil, ErrClosed
	}
	u := &unit{db: db, life: context.Background()}
	if db.engine.limit > 0 {
		// No WithTimeout: life must not end with the transaction, because hooks of
		// AfterCommit may still hold a context from inside it.
		life, end := context.WithCancelCause(u.life)
		u.life, u.bound = life, time.AfterFunc(db.engine.limit, func() { end(errTooLong) })
	}
	wait, stop := context.WithTimeoutCause(ctx, longestWait, errNoConnection)
	defer stop()
	if err := u.open(wait); err != nil {
		u.unbind()
		if ctx.Err() == nil && wait.Err() != nil {
			return nil, context.Cause(wait)
		}
		return nil, err
	}
	u.handle = db.handle.Session(&gorm.Session{NewDB: true, Context: ctx})
	u.handle.Statement.ConnPool = u
	return u, nil
}

// mostDead is how many pooled connections may turn out dead in a row, as after a
// restart of the server, before that is the caller's trouble.
const mostDead = 16

// open sends BEGIN, on another connection if one had died unnoticed: nothing has
// happened yet, so this is always safe.
func (u *unit) open(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		var err error
		if u.conn, err = u.db.engine.write.Conn(ctx); err != nil {
			return err
		}
		if u.tx, err = u.conn.BeginTx(u.life, nil); err == nil {
			return nil
		}
		err = errors.Join(err, u.conn.Close())
		if attempt == mostDead || !severed(err) {
			return err
		}
	}
}

// commit ends the transaction for good. After ErrCommitUnknown nobody may assume either.
func (u *unit) commit() error {
	err := u.tx.Commit()
	u.release()
	switch {
	case err == nil:
		return nil
	case undecided(err):
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	default:
		return fmt.Errorf("commit: %w", err)
	}
}

// abandon rolls back what was not committed. It is deferred, so it also answers
// to a panic and to a test that ends inside fn.
func (u *unit) abandon() {
	if u.done.Load() {
		return
	}
	// A rollback that fails leaves a broken connection, which the pool notices;
	// the error that led here matters more.
	_ = u.tx.Rollback()
	u.release()
}

func (u *unit) release() {
	u.done.Store(true)
	u.unbind()
	_ = u.conn.Close() // gives it back to the pool
}

func (u *unit) unbind() {
	if u.bound != nil {
		u.bound.Stop()
	}
}

var errUnfinished = errors.New("database: a part of the transaction panicked")

// failed returns why the transaction may not be committed.
func (u *unit) failed() error {
	if err := errors.Join(u.broken, u.doomed); err != nil {
		return fmt.Errorf("%w: %w", ErrAborted, err)
	}
	return nil
}

// join runs an inner InTx. An inner part that only looked and then refused is
// harmless; one that changed something first must not leave its half behind.
func (u *unit) join(ctx context.Context, fn func(ctx context.Context) error) error {
	before := u.effects
	err := u.finish(ctx, fn)
	if err != nil && u.effects != before {
		u.doomed = err
	}
	return err
}

// finish runs fn and dooms the transaction if fn does not return: a panic that an
// outer part catches must not let the half of it be committed.
func (u *unit) finish(ctx context.Context, fn func(ctx context.Context) error) error {
	returned := false
	defer func() {
		if !returned {
			u.doomed = errUnfinished
		}
	}()
	err := fn(ctx)
	returned = true
	return err
}

func (u *unit) savepoint(ctx context.Context, fn func(ctx context.Context) error) error {
	name := "s" + strconv.Itoa(u.depth)
	if _, err := u.tx.ExecContext(u.life, "SAVEPOINT "+name); err != nil {
		u.broken = err
		return fmt.Errorf("savepoint: %w", err)
	}
	u.depth++
	before, hooks, changes := u.trace, len(u.hooks), len(u.changes)
	err := u.finish(ctx, fn)
	u.depth--
	if err == nil {
		err = u.failed()
	}
	end := "RELEASE SAVEPOINT " + name
	if err != nil {
		end = "ROLLBACK TO SAVEPOINT " + name + "; " + end
	}
	if _, failed := u.tx.ExecContext(u.life, end); failed != nil {
		u.broken = failed
		return errors.Join(err, fmt.Errorf("end of savepoint: %w", failed))
	}
	if err != nil {
		u.trace, u.hooks, u.changes = before, u.hooks[:hooks], u.changes[:changes]
	}
	return err
}

// PrepareContext implements gorm.ConnPool. The drivers keep prepared statements
// themselves, so nothing asks for one here.
func (u *unit) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return u.tx.PrepareContext(ctx, query)
}

// ExecContext implements gorm.ConnPool.
func (u *unit) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	u.count(ctx, query)
	span := u.db.span(ctx, query)
	defer span.End()
	r, err := u.tx.ExecContext(ctx, query, args...)
	noteFailure(span, err)
	if err != nil {
		u.broken = err
		return nil, err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		u.effects++
	}
	return r, nil
}

// QueryContext implements gorm.ConnPool.
func (u *unit) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if u.count(ctx, query) {
		u.effects++ // RETURNING: how many rows is known only when they are read
	}
	span := u.db.span(ctx, query)
	defer span.End()
	rows, err := u.tx.QueryContext(ctx, query, args...) //nolint:sqlclosecheck // the caller closes them
	noteFailure(span, err)
	if err != nil {
		u.broken = err
	}
	return rows, err
}

// QueryRowContext implements gorm.ConnPool.
func (u *unit) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if u.count(ctx, query) {
		u.effects++
	}
	span := u.db.span(ctx, query)
	defer span.End()
	row := u.tx.QueryRowContext(ctx, query, args...)
	if err := row.Err(); err != nil {
		u.broken = err
	}
	return row
}

func (u *unit) count(ctx context.Context, query string) bool {
	write := writes(query)
	u.wrote = u.wrote || write
	u.db.count(ctx, write)
	return write
}
