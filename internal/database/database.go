package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// Options are the settings of Open. All may be left out.
type Options struct {
	MaxConns int              // connections to PostgreSQL, or readers of SQLite; 0 chooses by the number of cores
	Logger   *slog.Logger     // slow queries and failures of background work; nil discards them
	Now      func() time.Time // measures slow queries; nil turns that log off
	Traced   bool             // statements and transactions below a span are spans themselves
}

// DB is a database of the house. It is safe for concurrent use.
type DB struct {
	engine engine
	handle *gorm.DB // for reading outside a transaction; transactions derive theirs from it
	log    *slog.Logger

	traced bool
	closed atomic.Bool
	totals totals
	group  group
	watch  watch
	idle   sync.WaitGroup // group commits under way, for Close
}

// engine is what differs between the two databases.
type engine struct {
	name        string  // sqlite or postgres, as names of migrations have it
	read, write *sql.DB // the same pool on PostgreSQL
	dialector   func(gorm.ConnPool) gorm.Dialector
	now         string        // SQL for the database's clock, in unix microseconds
	exists      string        // SQL that counts the tables named $1
	columns     string        // SQL that lists table, column, type and nullability
	line        string        // what names a row of any table
	limit       time.Duration // bound of a transaction; 0 is none
	migrating   func(context.Context) (pool *sql.DB, unlock func() error, err error)
	close       func() error
}

// Open opens the database that url names: sqlite:PATH or postgres://… It makes
// the SQLite file (and its folder) when there is none, and changes no schema.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	e, err := dial(ctx, url, o)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db := &DB{engine: e, log: o.Logger, traced: o.Traced}
	db.group.db, db.watch.seen = db, map[string]int64{}
	db.handle, err = gorm.Open(dialect{e.dialector(reader{db})}, &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
		Logger:                 slowLog{o.Logger, o.Now},
		NowFunc:                o.Now,
	})
	if err == nil {
		err = db.Ping(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), e.close())
	}
	return db, nil
}

func dial(ctx context.Context, url string, o Options) (engine, error) {
	switch scheme, rest, _ := strings.Cut(url, ":"); scheme {
	case "sqlite":
		return openSQLite(ctx, rest, o)
	case "postgres", "postgresql":
		return openPostgres(ctx, url, o)
	default:
		// The URL itself may hold a password, so the message leaves it out.
		return engine{}, errors.New("the database URL must begin with sqlite: or postgres://")
	}
}

// Close waits for the group commits under way and closes all connections.
func (db *DB) Close() error {
	db.group.close()
	db.idle.Wait()
	db.closed.Store(true)
	return db.engine.close()
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	if err := db.engine.read.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// With returns the handle for ctx: the transaction that ctx is in, or else one
// that only reads. Errors come translated: see [ErrNotFound], [ErrDuplicate],
// [ErrReference].
func (db *DB) With(ctx context.Context) *gorm.DB {
	if u := db.unit(ctx); u != nil {
		return u.handle.WithContext(ctx)
	}
	return db.handle.WithContext(ctx)
}

// Within reports whether ctx is inside a transaction.
func Within(ctx context.Context) bool {
	u, _ := ctx.Value(unitKey{}).(*unit)
	return u != nil && !u.done.Load()
}
