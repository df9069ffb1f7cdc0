package e2e

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"       // the driver for PostgreSQL
	_ "github.com/ncruces/go-sqlite3/driver" // the driver for SQLite
)

// Books opens the house's database beside the server, as an auditor would: with no code of the server's, and to read only.
func Books(t testing.TB, databaseURL string) *sql.DB {
	t.Helper()
	driver, source := "pgx", databaseURL
	if file, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		driver, source = "sqlite3", "file:"+file+"?mode=ro&_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatalf("open the books: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Amend changes the house's database behind the server's back.
func Amend(ctx context.Context, databaseURL, statement string) error {
	driver, source := "pgx", databaseURL
	if file, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		driver, source = "sqlite3", "file:"+file+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// Count is the number that a query on the database of a test answers with.
func Count(ctx context.Context, databaseURL, query string) (int, error) {
	driver, source := "pgx", databaseURL
	if file, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		driver, source = "sqlite3", "file:"+file+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return 0, err
	}
	n := 0
	err = db.QueryRowContext(ctx, query).Scan(&n)
	return n, errors.Join(err, db.Close())
}

// Fingerprint is a digest of every row of every table, by table.
func Fingerprint(ctx context.Context, db *sql.DB) (map[string]string, error) {
	all, err := rows(ctx, db)
	prints := map[string]string{}
	for table, lines := range all {
		// Not dependent on the order in which a database returns rows.
		sort.Strings(lines)
		prints[table] = fmt.Sprintf("%d rows %x", len(lines), sha256.Sum256([]byte(strings.Join(lines, "\n"))))
	}
	return prints, err
}

// Holding names the tables with a row in which one of the words stands.
func Holding(ctx context.Context, db *sql.DB, words ...string) ([]string, error) {
	all, err := rows(ctx, db)
	var tables []string
	for table, lines := range all {
		text := strings.Join(lines, "\n")
		if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) }) {
			tables = append(tables, table)
		}
	}
	sort.Strings(tables)
	return tables, err
}

// rows are all rows of all tables, by table, as text.
func rows(ctx context.Context, db *sql.DB) (map[string][]string, error) {
	tables, err := column(ctx, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		tables, err = column(ctx, db, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`)
	}
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	all := map[string][]string{}
	for _, table := range tables {
		if all[table], err = lines(ctx, db, table); err != nil {
			return nil, fmt.Errorf("table %s: %w", table, err)
		}
	}
	return all, nil
}

func column(ctx context.Context, db *sql.DB, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

func lines(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT * FROM "`+table+`"`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all []string
	for rows.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return nil, err
		}
		var line strings.Builder
		for i, v := range values {
			value := *v.(*any)
			if raw, is := value.([]byte); is {
				value = string(raw)
			}
			fmt.Fprintf(&line, "%s=%v;", names[i], value)
		}
		all = append(all, line.String())
	}
	return all, rows.Err()
}
