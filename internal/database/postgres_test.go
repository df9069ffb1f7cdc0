package database_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
)

// These are about a server that can go away, so they say something on PostgreSQL only.

// sever has the server end all other sessions of the database.
const sever = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

func TestDeadConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return
	}
	url := dbtest.URL(t)
	db, other := dbtest.Open(t, url), dbtest.Open(t, url)
	for _, use := range map[string]func() error{
		"transaction": func() error {
			return db.InTx(t.Context(), func(ctx context.Context) error { return put(ctx, db, "a", "x") })
		},
		"query": func() error {
			var n int
			return db.With(t.Context()).Raw("SELECT count(*) FROM changes").Scan(&n).Error
		},
		"row": func() error {
			var n int
			return db.With(t.Context()).Raw("SELECT count(*) FROM changes").Row().Scan(&n)
		},
	} {
		var ended int
		if err := other.With(t.Context()).Raw(sever).Scan(&ended).Error; err != nil || ended == 0 {
			t.Fatalf("ended %d sessions: %v", ended, err)
		}
		if err := use(); err != nil {
			t.Error(err)
		}
	}
}

func TestCommitWithoutAnAnswerIsCalledUnknown(t *testing.T) {
	t.Parallel()
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return
	}
	url := dbtest.URL(t)
	db, other := dbtest.Open(t, url), dbtest.Open(t, url)
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		db.AfterCommit(ctx, func() { t.Error("a hook ran although nothing is known") })
		if err := put(ctx, db, "a", "x"); err != nil {
			return err
		}
		var ended int
		return other.With(t.Context()).Raw(sever).Scan(&ended).Error
	})
	if !errors.Is(err, database.ErrCommitUnknown) {
		t.Errorf("got %v, want ErrCommitUnknown", err)
	}
	if got := rows(t, db, "x"); got != 0 {
		t.Errorf("%d rows, want 0", got)
	}
}

func TestReaderWhoLeavesCostsNoConnection(t *testing.T) {
	t.Parallel()
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return
	}
	url := dbtest.URL(t)
	db, other := dbtest.Open(t, url), dbtest.Open(t, url)
	sessions := "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
	pid := func() (pid int) {
		if err := other.With(t.Context()).Raw(sessions).Scan(&pid).Error; err != nil {
			t.Error(err)
		}
		return pid
	}
	before := pid()
	ctx, leave := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() { answer <- db.With(ctx).Raw("SELECT 1 FROM pg_sleep(20)").Scan(new(int)).Error }()
	for running := 0; running == 0; {
		if err := other.With(t.Context()).Raw("SELECT count(*) FROM pg_stat_activity WHERE pid = ? AND query LIKE '%sleep%'", before).Scan(&running).Error; err != nil {
			t.Fatal(err)
		}
	}
	leave()
	if err := <-answer; err == nil {
		t.Error("the query was not stopped")
	}
	if after := pid(); after != before {
		t.Errorf("the session changed from %d to %d", before, after)
	}
}

func TestTransactionThatTakesTooLongIsEnded(t *testing.T) {
	t.Parallel()
	if os.Getenv("TEST_DATABASE_URL") == "" {
		return
	}
	db := dbtest.New(t)
	database.Bound(db, 100*time.Millisecond)
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		if err := put(ctx, db, "a", "x"); err != nil {
			return err
		}
		return db.With(ctx).Raw("SELECT 1 FROM pg_sleep(20)").Scan(new(int)).Error
	})
	if err == nil {
		t.Error("it was not ended")
	}
	if got := rows(t, db, "x"); got != 0 {
		t.Errorf("%d rows, want 0", got)
	}
}
