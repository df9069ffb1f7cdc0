package database_test

import (
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
)

func TestMigrateAppliesAllOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.Open(t, dbtest.Empty(t))
	if err := db.CheckSchema(t.Context()); !errors.Is(err, database.ErrSchemaPending) {
		t.Errorf("new database: got %v, want ErrSchemaPending", err)
	}
	names, err := db.Migrate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	status, err := db.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 || len(names) != len(status) || names[0] != "0001_changes.sql" {
		t.Errorf("applied %v, of %d", names, len(status))
	}
	for _, m := range status {
		if m.AppliedAt.IsZero() {
			t.Errorf("%s is not marked as applied", m.Name)
		}
	}
	if err := db.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
	if names, err := db.Migrate(t.Context()); err != nil || len(names) != 0 {
		t.Errorf("second run: %v, %v; want nothing to do", names, err)
	}
}

func TestStrangeSchemaIsRefused(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"newer":   "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (9999, '9999_future.sql', '', 0)",
		"changed": "UPDATE schema_migrations SET checksum = 'other' WHERE version = 1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := dbtest.New(t)
			if err := database.Alter(db, sql); err != nil {
				t.Fatal(err)
			}
			if err := db.CheckSchema(t.Context()); !errors.Is(err, database.ErrSchemaUnknown) {
				t.Errorf("check: got %v, want ErrSchemaUnknown", err)
			}
			if _, err := db.Migrate(t.Context()); !errors.Is(err, database.ErrSchemaUnknown) {
				t.Errorf("migrate: got %v, want ErrSchemaUnknown", err)
			}
		})
	}
}

// TestMigrateProcess is the process that TestNodesMayMigrateAtOnce starts.
func TestMigrateProcess(t *testing.T) {
	t.Parallel()
	url := os.Getenv("DATABASE_TEST_MIGRATE")
	if url == "" {
		return
	}
	if _, err := dbtest.Open(t, url).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestNodesMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := dbtest.Empty(t)
	var wg sync.WaitGroup
	var applied [3]int
	for i := range applied { // three nodes in this process, three of their own
		wg.Go(func() {
			db, err := database.Open(t.Context(), url, database.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			names, err := db.Migrate(t.Context())
			if err := errors.Join(err, db.Close()); err != nil {
				t.Error(err)
			}
			applied[i] = len(names)
		})
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestMigrateProcess$")
			cmd.Env = append(os.Environ(), "DATABASE_TEST_MIGRATE="+url)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("process: %v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	if err := dbtest.Open(t, url).CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
}
