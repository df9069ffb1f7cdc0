package database_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/migrations"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write migrations/testdata/schema.golden")

// TestSchemaIsTheSameOnBothDatabases holds SQLite and PostgreSQL to one golden
// file: each run of the suite compares its own.
func TestSchemaIsTheSameOnBothDatabases(t *testing.T) {
	t.Parallel()
	columns, err := database.Columns(dbtest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	table := ""
	for _, c := range columns {
		if c[0] != table {
			table = c[0]
			fmt.Fprintf(&b, "\n%s\n", table)
		}
		fmt.Fprintf(&b, "    %-28s %-8s %s\n", c[1], c[2], c[3])
	}
	got := strings.TrimLeft(b.String(), "\n")
	golden := filepath.Join("..", "..", "migrations", "testdata", "schema.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the schema differs from migrations/testdata/schema.golden. If a migration meant it:\n"+
			"    go test ./internal/database -run TestSchemaIsTheSameOnBothDatabases -update\n"+
			"and if only one database differs, its types need another word (-want +got):\n%s", diff)
	}
}

// An index on a table that is there already is built beside its use: a plain CREATE INDEX
// would let every write wait while PostgreSQL reads the table.
func TestIndexesOnTablesInUseAreBuiltConcurrently(t *testing.T) {
	t.Parallel()
	// These came before there was anything to wait for.
	before := []string{
		"0013_realm_deletion.sql", "0036_users_in_order.sql", "0038_user_attributes.sql", "0053_user_terms.sql", "0054_users_listed.sql", "0074_letter_log_lists.sql",
		"0075_letter_suppression_ids.sql", "0076_oauth_grant_lists.sql", "0082_assignments_of.sql", "0110_security_devices.sql",
	}
	table := regexp.MustCompile(`(?i)CREATE TABLE ([a-z_]+)`)
	index := regexp.MustCompile(`(?i)CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?(?:IF NOT EXISTS )?[a-z_]+ ON ([a-z_]+)`)
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d migrations, %v", len(names), err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]bool{}
		for _, m := range table.FindAllStringSubmatch(string(text), -1) {
			made[m[1]] = true
		}
		for _, m := range index.FindAllStringSubmatch(string(text), -1) {
			if m[1] == "" && !made[m[2]] && !strings.HasSuffix(name, ".sqlite.sql") && !slices.Contains(before, name) {
				t.Errorf("%s makes writes to %s wait: give PostgreSQL a file of its own, with NO TRANSACTION and CREATE INDEX CONCURRENTLY", name, m[2])
			}
		}
	}
}
