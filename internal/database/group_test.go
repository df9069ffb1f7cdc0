package database_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
)

// gather holds the group's goroutine inside a first transaction while calls
// join, so that all of calls share the next one. It returns their errors.
func gather(t *testing.T, db *database.DB, calls ...func(context.Context) error) []error {
	t.Helper()
	var wg sync.WaitGroup
	held, release := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		err := db.Group(t.Context(), func(context.Context) error {
			close(held)
			<-release
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-held
	errs := make([]error, len(calls))
	for i, call := range calls {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[i] = fmt.Errorf("panic: %v", p)
				}
			}()
			errs[i] = db.Group(t.Context(), call)
		})
	}
	database.AwaitQueue(db, len(calls))
	close(release)
	wg.Wait()
	return errs
}

func TestGroupSharesACommit(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	before := db.Totals()
	var calls []func(context.Context) error
	for i := range 50 {
		calls = append(calls, func(ctx context.Context) error { return put(ctx, db, strconv.Itoa(i), "x") })
	}
	if err := errors.Join(gather(t, db, calls...)...); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, db, "x"); got != 50 {
		t.Errorf("%d rows, want 50", got)
	}
	if got := db.Totals().Commits - before.Commits; got != 1 {
		t.Errorf("%d commits, want 1", got)
	}
}

func TestGroupMembersFailAlone(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	boom := errors.New("boom")
	hooks := make([]int, 6)
	member := func(i int, end func(ctx context.Context) error) func(context.Context) error {
		return func(ctx context.Context) error {
			db.AfterCommit(ctx, func() { hooks[i]++ })
			if err := db.Changed(ctx, "topic", strconv.Itoa(i)); err != nil {
				return err
			}
			if err := put(ctx, db, strconv.Itoa(i), "x"); err != nil {
				return err
			}
			return end(ctx)
		}
	}
	var mu sync.Mutex
	var heard []string
	db.OnChange("topic", func(key string) { mu.Lock(); heard = append(heard, key); mu.Unlock() })
	fine := func(context.Context) error { return nil }
	errs := gather(t, db,
		member(0, fine),
		member(1, func(context.Context) error { return boom }),
		member(2, func(ctx context.Context) error { return put(ctx, db, "2", "x") }), // a duplicate
		member(3, func(context.Context) error { panic("boom") }),
		func(context.Context) error { return boom }, // changed nothing
		member(5, fine),
	)
	for i, want := range []error{nil, boom, database.ErrDuplicate, nil, boom, nil} {
		if i == 3 {
			if errs[i] == nil {
				t.Error("the panic did not reach its caller")
			}
			continue
		}
		if !errors.Is(errs[i], want) {
			t.Errorf("member %d: got %v, want %v", i, errs[i], want)
		}
	}
	if got := rows(t, db, "x"); got != 2 {
		t.Errorf("%d rows, want 2", got)
	}
	if got, want := fmt.Sprint(hooks), "[1 0 0 0 0 1]"; got != want {
		t.Errorf("hooks: got %s, want %s", got, want)
	}
	if got := len(heard); got != 2 {
		t.Errorf("heard of %v, want 0 and 5", heard)
	}
}

func TestGroupLeavesOutWhoHasGone(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = db.Group(t.Context(), func(context.Context) error { close(held); <-release; return nil })
	})
	<-held
	gone := errors.New("gone")
	ctx, leave := context.WithCancelCause(t.Context())
	answer := make(chan error)
	go func() {
		answer <- db.Group(ctx, func(ctx context.Context) error { return put(ctx, db, "a", "x") })
	}()
	database.AwaitQueue(db, 1)
	leave(gone)
	if err := <-answer; !errors.Is(err, gone) {
		t.Errorf("got %v, want the cause at once", err)
	}
	close(release)
	wg.Wait()
	if err := db.Group(t.Context(), func(ctx context.Context) error { return put(ctx, db, "b", "x") }); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, db, "x"); got != 1 {
		t.Errorf("%d rows, want 1", got)
	}
}

func TestGroupKeepsTheCallersValues(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx, counts := database.Counting(t.Context())
	if err := db.Group(ctx, func(ctx context.Context) error { return put(ctx, db, "a", "x") }); err != nil {
		t.Fatal(err)
	}
	if got, want := *counts, (database.Counts{Statements: 1, Writes: 1, Commits: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		if err := db.Group(ctx, func(ctx context.Context) error { return put(ctx, db, "b", "x") }); err != nil {
			return err
		}
		return errors.New("undo both")
	})
	if err == nil || rows(t, db, "x") != 1 {
		t.Error("a group inside a transaction did not join it")
	}
}

func TestGroupAfterCloseIsRefused(t *testing.T) {
	t.Parallel()
	db, err := database.Open(t.Context(), dbtest.URL(t), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Group(t.Context(), func(context.Context) error { return nil }); !errors.Is(err, database.ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
}
