package population

import (
	"context"
	"fmt"
	"strings"

	"authserver/internal/database"
)

// valuesAtOnce bounds the values of one statement: SQLite takes 32,766, PostgreSQL 65,535.
const valuesAtOnce = 12_000

// sink gathers rows of one table and writes them many at once, each statement in a
// transaction of its own.
type sink struct {
	db      *database.DB
	table   string
	columns []string
	most    int
	whole   string // the statement for as many as fit
	values  []any
	count   int
	first   *sink // whose rows these point to; nil is none
}

func newSink(db *database.DB, table string, columns ...string) *sink {
	s := &sink{db: db, table: table, columns: columns, most: valuesAtOnce / len(columns)}
	s.whole = s.statement(s.most)
	return s
}

func (s *sink) statement(rows int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(s.columns)), ",") + ")"
	return "INSERT INTO " + s.table + " (" + strings.Join(s.columns, ", ") + ") VALUES " + row + strings.Repeat(","+row, rows-1)
}

// add takes one row, its values in the order of the columns.
func (s *sink) add(ctx context.Context, values ...any) error {
	if len(values) != len(s.columns) {
		panic("population: " + s.table + " has other columns")
	}
	s.values = append(s.values, values...)
	s.count++
	if len(s.values) < s.most*len(s.columns) {
		return nil
	}
	return s.flush(ctx)
}

// flush writes what was gathered.
func (s *sink) flush(ctx context.Context) error {
	rows := len(s.values) / len(s.columns)
	if rows == 0 {
		return nil
	}
	if s.first != nil {
		if err := s.first.flush(ctx); err != nil {
			return err
		}
	}
	text := s.whole
	if rows != s.most {
		text = s.statement(rows)
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error { return s.db.With(ctx).Exec(text, s.values...).Error })
	if err != nil {
		return fmt.Errorf("write %d rows of %s: %w", rows, s.table, database.Translate(err))
	}
	s.values = s.values[:0]
	return nil
}
