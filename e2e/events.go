package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"authserver/internal/rest"
	"authserver/server"
)

// checkEvents holds every event that was recorded in the house to the catalogue: its type
// is there, and its payload is of the shape that is told there.
func (h *House) checkEvents() error {
	ctx := context.Background() // the test's own has ended
	driver, source := "pgx", h.Database
	if file, ok := strings.CutPrefix(h.Database, "sqlite:"); ok {
		driver, source = "sqlite3", "file:"+file+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	return errors.Join(compareEvents(ctx, db), db.Close())
}

func compareEvents(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT DISTINCT type, payload FROM events`)
	if err != nil {
		return fmt.Errorf("read the events: %w", err)
	}
	defer rows.Close()
	shapes := map[string]*rest.Shape{}
	var wrong error
	for rows.Next() {
		var name, payload string
		if err := rows.Scan(&name, &payload); err != nil {
			return err
		}
		if shapes[name] == nil {
			shapes[name] = shapeOf(name)
		}
		if shapes[name] == nil {
			wrong = errors.Join(wrong, fmt.Errorf("event %s is not in the catalogue", name))
		} else if err := shapes[name].Check([]byte(payload)); err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("event %s: %s is not of its shape: %w", name, payload, err))
		}
	}
	return errors.Join(wrong, rows.Err())
}

func shapeOf(name string) *rest.Shape {
	for _, k := range server.Catalogue() {
		if k.Type() == name {
			return rest.ShapeOf(reflect.TypeOf(k.Payload))
		}
	}
	return nil
}
