package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/internal/id"
	"authserver/migrations"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// templateLock is the advisory lock under which test binaries make the template.
const templateLock = 0x74657374

// maintenance is a small pool for CREATE and DROP DATABASE; it lives as long as
// the test binary.
var maintenance = sync.OnceValues(func() (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(os.Getenv("TEST_DATABASE_URL"))
	if err != nil {
		return nil, err
	}
	config.MaxConns = 2
	config.MaxConnIdleTime = 5 * time.Second
	return pgxpool.NewWithConfig(context.Background(), config)
})

// template is the name of the migrated database on the server, made if missing.
var template = sync.OnceValues(func() (string, error) {
	name, err := templateName()
	if err != nil {
		return "", err
	}
	return name, makeTemplate(context.Background(), os.Getenv("TEST_DATABASE_URL"), name)
})

// templateName tells schemas apart, so that a long-lived server can serve
// several work trees.
func templateName() (string, error) {
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	return "authserver_template_" + hex.EncodeToString(h.Sum(nil)[:8]), nil
}

func makeTemplate(ctx context.Context, server, name string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // and the lock with it
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return err
	}
	var exists bool
	err = conn.QueryRow(ctx, "SELECT count(*) > 0 FROM pg_database WHERE datname = $1", name).Scan(&exists)
	if err != nil || exists {
		return err
	}
	// It gets its name when it is complete: a binary may die half-way.
	half := name + "_half"
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + half + " WITH (FORCE)", "CREATE DATABASE " + half + " TEMPLATE template0"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := migrate(named(server, half)); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+half+" RENAME TO "+name)
	return err
}

func clone(t testing.TB, server string) string {
	t.Helper()
	name, err := template()
	if err != nil {
		t.Fatalf("make the template of test databases: %v", err)
	}
	return create(t, server, name)
}

func create(t testing.TB, server, from string) string {
	t.Helper()
	pool, err := maintenance()
	if err != nil {
		t.Fatalf("TEST_DATABASE_URL: %v", err)
	}
	name := "authserver_test_" + strings.ReplaceAll(id.New(), "-", "")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		_, err = pool.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+from)
		var p *pgconn.PgError
		if !errors.As(err, &p) || p.Code != "55006" { // object_in_use: an autovacuum looks at the template
			break
		}
	}
	if err != nil {
		t.Fatalf("create test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if _, err := pool.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return named(server, name)
}

// named returns the server's URL with another database.
func named(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server // ParseConfig has accepted it, so it is in the key=value form: refused by Open with a clear word
	}
	u.Path = "/" + database
	return u.String()
}
