package database_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"

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
