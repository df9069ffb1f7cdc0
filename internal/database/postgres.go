package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// migrationLock is the advisory lock that a migrating node holds: "auth" in ASCII.
const migrationLock = 0x61757468

func openPostgres(ctx context.Context, url string, o Options) (engine, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return engine{}, fmt.Errorf("postgres URL: %w", err)
	}
	if config.MaxConns = int32(o.MaxConns); o.MaxConns <= 0 {
		config.MaxConns = int32(max(4*runtime.GOMAXPROCS(0), 8))
	}
	config.MaxConnLifetime, config.MaxConnLifetimeJitter = time.Hour, 10*time.Minute
	config.MaxConnIdleTime = 5 * time.Minute
	session(config.ConnConfig.RuntimeParams, map[string]string{
		"timezone":                            "UTC",
		"application_name":                    "authserver",
		"statement_timeout":                   "30s",
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "60s",
	})
	config.ConnConfig.BuildContextWatcherHandler = cancelKindly
	p, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return engine{}, err
	}
	db := stdlib.OpenDBFromPool(p)
	return engine{
		name: "postgres",
		read: db, write: db,
		dialector: func(c gorm.ConnPool) gorm.Dialector { return postgres.New(postgres.Config{Conn: c}) },
		now:       "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
		line:      "ctid",
		exists:    "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1",
		columns: `SELECT table_name, column_name, data_type, is_nullable = 'YES' FROM information_schema.columns
			WHERE table_schema = current_schema() ORDER BY table_name COLLATE "C", column_name COLLATE "C"`,
		limit:     30 * time.Second,
		migrating: func(ctx context.Context) (*sql.DB, func() error, error) { return lockPostgres(ctx, config) },
		close: func() error {
			err := db.Close()
			p.Close()
			return err
		},
	}, nil
}

// session sets what the operator's URL left open.
func session(params, defaults map[string]string) {
	for name, value := range defaults {
		if _, set := params[name]; !set {
			params[name] = value
		}
	}
}

// cancelKindly asks the server to stop a statement whose caller has gone, and
// keeps the connection. pgx's default closes it: then clients that hang up under
// load make the node reconnect when it has least time for it.
func cancelKindly(c *pgconn.PgConn) ctxwatch.Handler {
	return &pgconn.CancelRequestContextWatcherHandler{Conn: c, CancelRequestDelay: 250 * time.Millisecond, DeadlineDelay: 5 * time.Second}
}

// lockPostgres opens connections of its own for a migration: the lock must stay
// in one session, a long statement must be allowed, and a table that others are
// using must not be waited for so long that they queue up behind us.
func lockPostgres(ctx context.Context, from *pgxpool.Config) (*sql.DB, func() error, error) {
	config := from.ConnConfig.Copy()
	config.RuntimeParams["statement_timeout"] = "0"
	config.RuntimeParams["lock_timeout"] = "5s"
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(3)
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if err := pollLock(ctx, conn); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("wait for the migration of another node: %w", err), conn.Close(), db.Close())
	}
	// The lock goes with the session.
	return db, func() error { return errors.Join(conn.Close(), db.Close()) }, nil
}

// pollLock tries instead of waiting in the server: a waiting statement holds a
// snapshot, which an index built concurrently by the lock's holder waits for.
func pollLock(ctx context.Context, conn *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var locked bool
		if err := conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1)", migrationLock).Scan(&locked); err != nil || locked {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
