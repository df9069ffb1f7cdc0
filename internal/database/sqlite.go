package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/gorm"
)

// openSQLite opens PATH or PATH?synchronous=full|normal|off. There is one
// connection that writes, because SQLite has one writer at a time and a queue in
// Go is fairer and cheaper than its busy handler, and a few that can only read.
func openSQLite(ctx context.Context, rest string, o Options) (engine, error) {
	path, synchronous, err := parseSQLite(rest)
	if err != nil {
		return engine{}, err
	}
	if err := makeFiles(path, path+"-shm"); err != nil {
		return engine{}, err
	}
	modeOf := strings.ReplaceAll(url.QueryEscape(path), "+", "%20") // SQLite reads URIs, not forms
	base := fmt.Sprintf("file:%s?modeof=%s&_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(%s)&_pragma=foreign_keys(1)&_pragma=temp_store(memory)&_pragma=journal_size_limit(67108864)", (&url.URL{Path: path}).EscapedPath(), modeOf, synchronous)
	write, err := pool(base, 1)
	if err != nil {
		return engine{}, err
	}
	// The writer goes first: it turns WAL on, which needs the file to itself.
	if err := awaken(ctx, write); err != nil {
		return engine{}, errors.Join(fmt.Errorf("sqlite file %s: %w", path, err), write.Close())
	}
	readers := o.MaxConns
	if readers <= 0 {
		readers = min(max(runtime.GOMAXPROCS(0), 2), 8)
	}
	read, err := pool(base+"&_pragma=query_only(1)", readers)
	if err != nil {
		return engine{}, errors.Join(err, write.Close())
	}
	return engine{
		name: "sqlite",
		read: read, write: write,
		dialector: func(p gorm.ConnPool) gorm.Dialector { return gormlite.OpenDB(p) },
		now:       "CAST(unixepoch('now', 'subsec') * 1000000 AS INTEGER)",
		line:      "rowid",
		exists:    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
		columns: `SELECT m.name, p.name, lower(p.type), p."notnull" = 0 AND p.pk = 0 FROM sqlite_master m JOIN pragma_table_info(m.name) p
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, p.name`,
		migrating: func(ctx context.Context) (*sql.DB, func() error, error) {
			unlock, err := lockFile(ctx, path+".migrate")
			return write, unlock, err
		},
		// The last connection to close folds the WAL into the file; only the writer can.
		close: func() error { return errors.Join(read.Close(), write.Close()) },
	}, nil
}

func parseSQLite(rest string) (path, synchronous string, err error) {
	path, query, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "?")
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return "", "", errors.New("sqlite needs the path of a file (sqlite:./data/authserver.db)")
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", "", fmt.Errorf("sqlite URL: %w", err)
	}
	synchronous = "normal"
	for key, v := range values {
		known := key == "synchronous" && (v[0] == "full" || v[0] == "normal" || v[0] == "off")
		if !known {
			return "", "", fmt.Errorf("sqlite URL: %s=%s is not known", key, v[0])
		}
		synchronous = v[0]
	}
	path, err = filepath.Abs(path)
	return path, synchronous, err
}

// makeFiles makes the files before SQLite does, for their mode: they hold digests
// and addresses, and the driver makes files readable for everybody. (The -wal
// gets its mode by the parameter modeof: made before the switch to WAL, it would
// be taken for a stale one and removed.)
func makeFiles(paths ...string) error {
	if err := os.MkdirAll(filepath.Dir(paths[0]), 0o700); err != nil {
		return err
	}
	for _, path := range paths {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

func pool(dsn string, size int) (*sql.DB, error) {
	c, err := (&driver.SQLite{}).OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	p := sql.OpenDB(keeper{c})
	p.SetMaxOpenConns(size)
	p.SetMaxIdleConns(size)
	return p, nil
}

// awaken opens the first connection. Two processes that make a new file at once
// can meet in the change to WAL, for which SQLite does not wait.
func awaken(ctx context.Context, p *sql.DB) error {
	for attempt := 0; ; attempt++ {
		err := p.PingContext(ctx)
		if err == nil || attempt == 10 || !errors.Is(err, sqlite3.BUSY) {
			return err
		}
		if err := backOff(ctx, min(attempt, retries)); err != nil {
			return err
		}
	}
}

// lockFile holds a lock that ends with the process at the latest. SQLite's own
// file locking on an empty database is the portable way to have one.
func lockFile(ctx context.Context, path string) (unlock func() error, err error) {
	if err := makeFiles(path); err != nil {
		return nil, err
	}
	dsn := fmt.Sprintf("file:%s?_txlock=exclusive&_pragma=busy_timeout(120000)", (&url.URL{Path: path}).EscapedPath())
	p, err := driver.Open(dsn)
	if err != nil {
		return nil, err
	}
	tx, err := p.BeginTx(ctx, nil)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), p.Close())
	}
	return func() error { return errors.Join(tx.Rollback(), p.Close()) }, nil
}
