package database_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"authserver/internal/database"
)

func TestURLsThatCannotBeMeantAreRefused(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "mysql://x", "sqlite:", "sqlite::memory:", "sqlite:x.db?synchronous=never", "sqlite:x.db?mode=ro", "postgres://localhost:x"} {
		if db, err := database.Open(t.Context(), url, database.Options{}); err == nil {
			t.Errorf("%q was opened", url)
			_ = db.Close()
		}
	}
}

func TestSQLiteFileIsPrivateAndMayHaveAnyName(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new #folder ü")
	url := "sqlite:" + folder + "/a%20b"
	db, err := database.Open(t.Context(), url+"?synchronous=full", database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
	if err := db.InTx(t.Context(), func(ctx context.Context) error { return put(ctx, db, "a", "x") }); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]os.FileMode{"": 0o700 | os.ModeDir, "/a%20b": 0o600, "/a%20b-wal": 0o600, "/a%20b-shm": 0o600} {
		info, err := os.Stat(folder + name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%q: mode %v, want %v", name, info.Mode(), want)
		}
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(folder + "/a%20b-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the write-ahead log is left after Close: %v", err)
	}
}
