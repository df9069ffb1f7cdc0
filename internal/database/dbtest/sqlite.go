package dbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"authserver/internal/database"
)

// migratedFile is a migrated SQLite file, made once in each test binary.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "authserver-template-")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "template.db")
	// Closing folds the write-ahead log into the file.
	err = migrate("sqlite:" + path)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	content, err := os.ReadFile(path)
	return content, errors.Join(err, os.RemoveAll(dir))
})

func copyFile(t testing.TB) string {
	t.Helper()
	content, err := migratedFile()
	if err != nil {
		t.Fatalf("make the template of test databases: %v", err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

func migrate(url string) error {
	ctx := context.Background()
	db, err := database.Open(ctx, url, database.Options{MaxConns: 2})
	if err != nil {
		return err
	}
	_, err = db.Migrate(ctx)
	return errors.Join(err, db.Close())
}
