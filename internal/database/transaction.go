package database

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"authserver/internal/failpoint"
)

// retries is how often a transaction that lost a conflict is run again.
const retries = 3

// InTx runs fn in a transaction and commits it when fn returns nil; an error or
// a panic rolls it back. Inside another InTx, fn joins that one, and what the
// outer returns decides for both; an inner part that failed after it had changed
// something dooms the outer too (ErrAborted), so that no half of it can stay.
//
// The outermost InTx runs fn again, up to three times, when the database reports
// a serialization failure, a deadlock or a busy file: fn must not have effects
// outside the database, except through AfterCommit. The context that fn gets is
// for fn's own goroutine only, and everything in fn must be given that one.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if u := db.unit(ctx); u != nil {
		return u.join(ctx, fn)
	}
	ctx, span := db.transactionSpan(ctx)
	u, err := db.run(ctx, fn)
	span.End()
	if err != nil {
		return err
	}
	db.fire(u.changes)
	for _, hook := range u.hooks {
		hook()
	}
	return nil
}

// run does InTx's work up to the commit and leaves the hooks to the caller.
func (db *DB) run(ctx context.Context, fn func(ctx context.Context) error) (*unit, error) {
	for attempt := 0; ; attempt++ {
		u, err := db.attempt(ctx, fn)
		if err == nil || attempt == retries || !transient(err) {
			return u, err
		}
		if err := backOff(ctx, attempt); err != nil {
			return nil, err
		}
	}
}

// attempt runs one transaction. The caller's cancellation counts until COMMIT
// is sent; see the package's comment.
func (db *DB) attempt(ctx context.Context, fn func(ctx context.Context) error) (*unit, error) {
	u, err := db.begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", Translate(err))
	}
	defer u.abandon()
	if err := fn(u.within(ctx)); err != nil {
		return nil, err
	}
	if err := u.failed(); err != nil {
		return nil, err
	}
	if err := u.writeChanges(ctx); err != nil {
		return nil, fmt.Errorf("record changes: %w", err)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := failpoint.Hit(ctx, "database/committing"); err != nil {
		return nil, err
	}
	if err := u.commit(); err != nil {
		return nil, err
	}
	// Here a crash loses the answer, never the change; an error would be a lie.
	_ = failpoint.Hit(ctx, "database/committed")
	if u.wrote {
		db.totals.commits.Add(1)
		committed(ctx)
	}
	return u, nil
}

// backOff waits a random moment that grows with each attempt, so that two
// losers of one conflict do not meet again.
func backOff(ctx context.Context, attempt int) error {
	longest := 10 * time.Millisecond << attempt
	t := time.NewTimer(time.Millisecond + rand.N(longest))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// AfterCommit calls fn once, after the outermost transaction of ctx has
// committed and before its InTx returns; never when it is rolled back. Outside
// a transaction it calls fn at once. fn must not panic and should be quick.
func (db *DB) AfterCommit(ctx context.Context, fn func()) {
	if u := db.unit(ctx); u != nil {
		u.hooks = append(u.hooks, fn)
		return
	}
	fn()
}

// Savepoint runs fn so that its failure undoes only what fn did: for an insert
// that may meet a duplicate while the transaction goes on. (PostgreSQL refuses
// everything after a failed statement; InTx holds SQLite to the same.) Outside
// a transaction it is InTx.
func (db *DB) Savepoint(ctx context.Context, fn func(ctx context.Context) error) error {
	u := db.unit(ctx)
	if u == nil {
		return db.InTx(ctx, fn)
	}
	return u.savepoint(ctx, fn)
}
