package database

import (
	"context"
	"database/sql"
	"strings"
)

// reader is the connection pool behind handles outside a transaction. It lets
// queries through and refuses everything else, on PostgreSQL too, where nothing
// but this would stop a forgotten InTx. A query that meets a connection which
// died while idle is asked again on another.
type reader struct{ db *DB }

// PrepareContext implements gorm.ConnPool.
func (r reader) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, ErrOutsideTransaction
}

// ExecContext implements gorm.ConnPool. Reading needs no Exec.
func (r reader) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, ErrOutsideTransaction
}

// QueryContext implements gorm.ConnPool.
func (r reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if writes(query) {
		return nil, ErrOutsideTransaction
	}
	r.db.count(ctx, false)
	span := r.db.span(ctx, query)
	defer span.End()
	for attempt := 0; ; attempt++ {
		rows, err := r.db.engine.read.QueryContext(ctx, query, args...) //nolint:sqlclosecheck // the caller closes them
		if err == nil || attempt == mostDead || !severed(err) || ctx.Err() != nil {
			noteFailure(span, err)
			return rows, err
		}
	}
}

// QueryRowContext implements gorm.ConnPool.
func (r reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if writes(query) {
		// A sql.Row with an error in it can only be had from a query that is refused.
		return r.db.engine.read.QueryRowContext(refused{ctx}, "SELECT 1")
	}
	r.db.count(ctx, false)
	span := r.db.span(ctx, query)
	defer span.End()
	for attempt := 0; ; attempt++ {
		row := r.db.engine.read.QueryRowContext(ctx, query, args...)
		if err := row.Err(); err == nil || attempt == mostDead || !severed(err) || ctx.Err() != nil {
			return row
		}
	}
}

// refused is a context that is over from the start, because of ErrOutsideTransaction.
type refused struct{ context.Context }

func (refused) Done() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func (refused) Err() error { return ErrOutsideTransaction }

// writes tells whether a statement may change rows, by its first word. A WITH
// may hold a change further on; in doubt it counts as one, which at worst makes
// somebody open a transaction for a query.
func writes(query string) bool {
	query = strings.TrimLeft(query, " \t\r\n(")
	switch word, rest := firstWord(query); {
	case strings.EqualFold(word, "SELECT"), strings.EqualFold(word, "EXPLAIN"),
		strings.EqualFold(word, "VALUES"), strings.EqualFold(word, "SHOW"):
		return false
	case strings.EqualFold(word, "WITH"):
		rest = strings.ToUpper(rest)
		return strings.Contains(rest, "INSERT ") || strings.Contains(rest, "UPDATE ") || strings.Contains(rest, "DELETE ")
	default:
		return true
	}
}

func firstWord(s string) (word, rest string) {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return s[:i], s[i:]
		}
	}
	return s, ""
}
