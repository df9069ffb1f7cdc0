package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// purgeBatch is how many rows go in one transaction, so that others are not held up.
const purgeBatch = 500

// Purge deletes all rows whose column has the value, from every table that has such a
// column but those of keep, in small transactions of its own, and returns how many went.
// Rows that others still point to wait until those have gone; what then still cannot go
// is an error. It may be called again at any time and goes on where it ended.
//
// It exists for what belongs to a whole tenant, so that a table added later cannot be
// forgotten. What belongs to a person or an application is removed by its room.
func (db *DB) Purge(ctx context.Context, column, value string, keep []string) (int, error) {
	tables, err := db.having(ctx, column)
	if err != nil {
		return 0, fmt.Errorf("purge %s: %w", column, err)
	}
	tables = slices.DeleteFunc(tables, func(t string) bool { return slices.Contains(keep, t) })
	total := 0
	for len(tables) > 0 {
		var pointed []string
		var refused error
		gone := 0
		for _, table := range tables {
			n, err := db.empty(ctx, table, column, value)
			gone += n
			switch {
			case errors.Is(err, ErrReference):
				pointed, refused = append(pointed, table), err
			case err != nil:
				return total + gone, fmt.Errorf("purge %s of %s: %w", column, table, err)
			}
		}
		total += gone
		if len(pointed) > 0 && gone == 0 {
			return total, fmt.Errorf("purge %s of %v: %w", column, pointed, refused)
		}
		tables = pointed
	}
	return total, nil
}

// having are the tables with a column of that name.
func (db *DB) having(ctx context.Context, column string) (tables []string, err error) {
	rows, err := db.engine.read.QueryContext(ctx, db.engine.columns)
	if err != nil {
		return nil, Translate(err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var table, name, kind string
		var null bool
		if err := rows.Scan(&table, &name, &kind, &null); err != nil {
			return nil, Translate(err)
		}
		if name == column {
			tables = append(tables, table)
		}
	}
	return tables, Translate(rows.Err())
}

func (db *DB) empty(ctx context.Context, table, column, value string) (total int, err error) {
	statement := fmt.Sprintf("DELETE FROM %[1]q WHERE %[2]s IN (SELECT %[2]s FROM %[1]q WHERE %[3]q = ? LIMIT %[4]d)", table, db.engine.line, column, purgeBatch)
	for {
		n := 0
		err := db.InTx(ctx, func(ctx context.Context) error {
			res := db.With(ctx).Exec(statement, value)
			n = int(res.RowsAffected)
			return Translate(res.Error)
		})
		if err != nil {
			return total, err
		}
		total += n
		if n < purgeBatch {
			return total, nil
		}
	}
}
