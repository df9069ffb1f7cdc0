package database_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
)

func TestHeadsAreTheLeastOfEachKey(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	want := map[string]int64{}
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		tx := db.With(ctx)
		for _, statement := range []string{"CREATE TABLE queue (lane TEXT NOT NULL, due BIGINT NOT NULL, open BOOLEAN NOT NULL)", "CREATE INDEX queue_lane ON queue (lane, due)"} {
			if err := tx.Exec(statement).Error; err != nil {
				return err
			}
		}
		for range 500 {
			lane, due, open := fmt.Sprintf("lane %d", rand.IntN(20)), rand.Int64N(1_000_000), rand.IntN(3) > 0
			if err := tx.Exec("INSERT INTO queue (lane, due, open) VALUES (?, ?, ?)", lane, due, open).Error; err != nil {
				return err
			}
			if first, there := want[lane]; open && (!there || due < first) {
				want[lane] = due
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	heads := func(condition string) (rows []struct {
		Key string
		At  int64
	}) {
		t.Helper()
		if err := db.With(t.Context()).Raw("SELECT h.key, h.at FROM (" + database.Heads("queue", "lane", "due", condition) + ") h").Scan(&rows).Error; err != nil {
			t.Fatal(err)
		}
		return rows
	}
	got := heads("open")
	var lanes []string
	for _, h := range got {
		if lanes = append(lanes, h.Key); want[h.Key] != h.At {
			t.Errorf("%s: %d, want %d", h.Key, h.At, want[h.Key])
		}
	}
	if len(got) != len(want) || !slices.IsSorted(lanes) {
		t.Errorf("%d lanes of %d, %v", len(got), len(want), lanes)
	}
	if none := heads("due < 0"); len(none) != 0 {
		t.Errorf("out of nothing: %v", none)
	}
}
