// Package dbtest gives each test a fresh, migrated database: a SQLite file with
// the settings of production, or, when TEST_DATABASE_URL names a PostgreSQL
// server and a role that may create databases, a database of its own there.
// Both are copies of a template that is migrated once, so a test pays a file copy
// or one CREATE DATABASE. Test binaries may run side by side.
package dbtest

import (
	"context"
	"os"
	"testing"

	"authserver/internal/database"
)

// New returns a fresh, migrated database, closed and gone when the test ends.
func New(t testing.TB) *database.DB {
	t.Helper()
	return Open(t, URL(t))
}

// Open opens the database at url, as a second node or process would, and closes
// it when the test ends.
func Open(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), url, database.Options{MaxConns: 5})
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close test database: %v", err)
		}
	})
	return db
}

// URL returns the URL of a fresh, migrated database that is gone when the test
// ends, for a server or a second process under test.
func URL(t testing.TB) string {
	t.Helper()
	if server := os.Getenv("TEST_DATABASE_URL"); server != "" {
		return clone(t, server)
	}
	return copyFile(t)
}

// Empty returns the URL of a database without any schema, for tests of migrations.
func Empty(t testing.TB) string {
	t.Helper()
	if server := os.Getenv("TEST_DATABASE_URL"); server != "" {
		return create(t, server, "template0")
	}
	return "sqlite:" + t.TempDir() + "/test.db"
}
