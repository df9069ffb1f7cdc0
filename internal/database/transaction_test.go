package database_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
)

// put writes a row into a table of this package's own, which needs nothing else to exist.
func put(ctx context.Context, db *database.DB, id, topic string) error {
	return db.With(ctx).Exec("INSERT INTO changes (id, topic, key, at) VALUES (?, ?, '', 0)", id, topic).Error
}

func rows(t *testing.T, db *database.DB, topic string) (n int64) {
	t.Helper()
	if err := db.With(t.Context()).Raw("SELECT count(*) FROM changes WHERE topic = ?", topic).Scan(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCommitKeepsAndErrorUndoes(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	boom := errors.New("boom")
	if err := db.InTx(t.Context(), func(ctx context.Context) error { return put(ctx, db, "a", "kept") }); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		if err := put(ctx, db, "b", "undone"); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want the function's error", err)
	}
	if got := rows(t, db, "kept"); got != 1 {
		t.Errorf("kept: %d rows, want 1", got)
	}
	if got := rows(t, db, "undone"); got != 0 {
		t.Errorf("undone: %d rows, want 0", got)
	}
}

func TestPanicUndoes(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach the caller")
			}
		}()
		_ = db.InTx(t.Context(), func(ctx context.Context) error {
			if err := put(ctx, db, "a", "x"); err != nil {
				t.Error(err)
			}
			panic("boom")
		})
	}()
	if got := rows(t, db, "x"); got != 0 {
		t.Errorf("%d rows, want 0", got)
	}
	if err := db.InTx(t.Context(), func(ctx context.Context) error { return put(ctx, db, "a", "x") }); err != nil {
		t.Errorf("the connection was not given back: %v", err)
	}
}

func TestWritesOutsideATransactionAreRefused(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	tx := db.With(t.Context())
	insert := "INSERT INTO changes (id, topic, key, at) VALUES ('a', 'x', '', 0)"
	var id string
	for name, err := range map[string]error{
		"exec":           tx.Exec(insert).Error,
		"create":         tx.Table("changes").Create(map[string]any{"id": "a", "topic": "x", "key": "", "at": 0}).Error,
		"update":         tx.Table("changes").Where("id = ?", "a").Update("topic", "y").Error,
		"delete":         tx.Table("changes").Where("id = ?", "a").Delete(nil).Error,
		"raw returning":  tx.Raw(insert + " RETURNING id").Scan(&id).Error,
		"row returning":  tx.Raw(insert + " RETURNING id").Row().Scan(&id),
		"hidden in with": tx.Raw("WITH gone AS (DELETE FROM changes RETURNING id) SELECT id FROM gone").Scan(&id).Error,
		"change":         db.Changed(t.Context(), "x", "y"),
	} {
		if !errors.Is(err, database.ErrOutsideTransaction) {
			t.Errorf("%s: got %v, want ErrOutsideTransaction", name, err)
		}
	}
	if got := rows(t, db, "x"); got != 0 {
		t.Errorf("%d rows, want 0", got)
	}
}

func TestInnerTransactionJoins(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	boom := errors.New("boom")
	refuse := func(context.Context) error { return boom }
	var after []string
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		db.AfterCommit(ctx, func() { after = append(after, "outer") })
		if err := db.InTx(ctx, refuse); !errors.Is(err, boom) { // it only looked
			t.Errorf("inner: got %v, want its error", err)
		}
		return db.InTx(ctx, func(ctx context.Context) error {
			db.AfterCommit(ctx, func() { after = append(after, "inner") })
			if len(after) > 0 {
				t.Error("a hook ran before the outer commit")
			}
			return put(ctx, db, "a", "x")
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(after), "[outer inner]"; got != want {
		t.Errorf("hooks: got %s, want %s", got, want)
	}
	if got := rows(t, db, "x"); got != 1 {
		t.Errorf("%d rows, want 1", got)
	}
}

func TestHalfOfAnInnerTransactionNeverStays(t *testing.T) {
	t.Parallel()
	half := func(db *database.DB) func(context.Context) error {
		return func(ctx context.Context) error {
			if err := put(ctx, db, "a", "x"); err != nil {
				return err
			}
			return errors.New("the other half failed")
		}
	}
	for name, outer := range map[string]func(ctx context.Context, db *database.DB){
		"error": func(ctx context.Context, db *database.DB) { _ = db.InTx(ctx, half(db)) },
		"panic": func(ctx context.Context, db *database.DB) {
			defer func() { _ = recover() }()
			_ = db.InTx(ctx, func(ctx context.Context) error {
				_ = half(db)(ctx)
				panic("boom")
			})
		},
		"failed statement": func(ctx context.Context, db *database.DB) {
			_ = put(ctx, db, "a", "x")
			if err := put(ctx, db, "a", "x"); !errors.Is(err, database.ErrDuplicate) {
				t.Errorf("got %v, want ErrDuplicate", err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := dbtest.New(t)
			err := db.InTx(t.Context(), func(ctx context.Context) error {
				db.AfterCommit(ctx, func() { t.Error("a hook ran without a commit") })
				outer(ctx, db)
				return nil
			})
			if !errors.Is(err, database.ErrAborted) {
				t.Errorf("got %v, want ErrAborted", err)
			}
			if got := rows(t, db, "x"); got != 0 {
				t.Errorf("%d rows, want 0", got)
			}
		})
	}
}

func TestSavepointFailsAlone(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		if err := put(ctx, db, "a", "x"); err != nil {
			return err
		}
		err := db.Savepoint(ctx, func(ctx context.Context) error {
			db.AfterCommit(ctx, func() { t.Error("a hook of the undone part ran") })
			if err := put(ctx, db, "b", "x"); err != nil {
				return err
			}
			return put(ctx, db, "a", "x")
		})
		if !errors.Is(err, database.ErrDuplicate) {
			t.Errorf("got %v, want ErrDuplicate", err)
		}
		return put(ctx, db, "c", "x")
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := rows(t, db, "x"); got != 2 {
		t.Errorf("%d rows, want 2", got)
	}
}

func TestCallerWhoLeftGetsNothingCommitted(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx, leave := context.WithCancelCause(t.Context())
	gone := errors.New("gone")
	err := db.InTx(ctx, func(ctx context.Context) error {
		leave(gone)
		return put(ctx, db, "a", "x") // the statement itself is not disturbed
	})
	if !errors.Is(err, gone) {
		t.Errorf("got %v, want the cause", err)
	}
	if err := db.InTx(ctx, func(context.Context) error { t.Error("it began"); return nil }); !errors.Is(err, gone) {
		t.Errorf("got %v, want the cause", err)
	}
	if got := rows(t, db, "x"); got != 0 {
		t.Errorf("%d rows, want 0", got)
	}
}

func TestContextOutlivesItsTransaction(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		db.AfterCommit(ctx, func() {
			if database.Within(ctx) {
				t.Error("still within after the commit")
			}
			if err := db.InTx(ctx, func(ctx context.Context) error { return put(ctx, db, "b", "x") }); err != nil {
				t.Error(err)
			}
		})
		return put(ctx, db, "a", "x")
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := rows(t, db, "x"); got != 2 {
		t.Errorf("%d rows, want 2", got)
	}
}

func TestConflictsAreRunAgain(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	nodes := []*database.DB{dbtest.Open(t, url), dbtest.Open(t, url)}
	if err := nodes[0].InTx(t.Context(), func(ctx context.Context) error {
		return errors.Join(put(ctx, nodes[0], "a", "x"), put(ctx, nodes[0], "b", "x"))
	}); err != nil {
		t.Fatal(err)
	}
	// Two rows locked in opposite order deadlock on PostgreSQL; on SQLite the nodes queue.
	var wg sync.WaitGroup
	var runs atomic.Int64
	touch := func(ctx context.Context, db *database.DB, id string) error {
		return db.With(ctx).Exec("UPDATE changes SET at = at + 1 WHERE id = ?", id).Error
	}
	for i, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			db := nodes[i]
			for range 20 {
				err := db.InTx(t.Context(), func(ctx context.Context) error {
					runs.Add(1)
					if err := touch(ctx, db, order[0]); err != nil {
						return err
					}
					return touch(ctx, db, order[1])
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var total int64
	if err := nodes[0].With(t.Context()).Raw("SELECT sum(at) FROM changes").Scan(&total).Error; err != nil {
		t.Fatal(err)
	}
	if total != 80 {
		t.Errorf("sum %d after %d runs, want 80", total, runs.Load())
	}
}

func TestCountsTellStatementsWritesAndCommits(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	before := db.Totals()
	ctx, counts := database.Counting(t.Context())
	err := db.InTx(ctx, func(ctx context.Context) error {
		var n int
		if err := db.With(ctx).Raw("SELECT count(*) FROM changes").Scan(&n).Error; err != nil {
			return err
		}
		return put(ctx, db, "a", "x")
	})
	if err != nil {
		t.Fatal(err)
	}
	rows(t, db, "x") // not under the counting context
	if got, want := *counts, (database.Counts{Statements: 2, Writes: 1, Commits: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	after := db.Totals()
	if got := after.Statements - before.Statements; got != 3 {
		t.Errorf("total statements: got %d, want 3", got)
	}
}
