package database_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
)

// listen returns what db's handlers are told of topic.
func listen(db *database.DB, topic string) <-chan string {
	heard := make(chan string, 100)
	db.OnChange(topic, func(key string) { heard <- key })
	return heard
}

func change(t *testing.T, db *database.DB, topic string, keys ...string) {
	t.Helper()
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		for _, key := range keys {
			if err := db.Changed(ctx, topic, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, heard <-chan string) string {
	t.Helper()
	select {
	case key := <-heard:
		return key
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was heard")
		return ""
	}
}

// watch runs Watch until the test ends.
func watch(t *testing.T, db *database.DB) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- db.Watch(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("watch: %v", err)
		}
	})
}

func TestChangeIsHeardHereBeforeTheTransactionReturns(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	heard := listen(db, "realm")
	change(t, db, "realm", "a", "b", "a")
	if len(heard) != 2 || <-heard != "a" || <-heard != "b" {
		t.Error("want a and b once each, at once")
	}
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		if err := db.Changed(ctx, "realm", "c"); err != nil {
			return err
		}
		return errors.New("undo")
	})
	if err == nil || len(heard) != 0 {
		t.Error("a change that was undone was heard")
	}
}

func TestChangeIsHeardByOtherNodesOnce(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	here, there := dbtest.Open(t, url), dbtest.Open(t, url)
	change(t, here, "realm", "before")
	own, other := listen(here, "realm"), listen(there, "realm")
	watch(t, here)
	watch(t, there)
	if got := next(t, other); got != "before" {
		t.Errorf("got %q, want what was committed while the node started", got)
	}
	next(t, own) // its Watch cannot know that it was here that it was made
	for _, key := range []string{"a", "b", "c"} {
		change(t, here, "realm", key)
		if got := next(t, own); got != key {
			t.Errorf("here: got %q, want %q", got, key)
		}
		if got := next(t, other); got != key {
			t.Errorf("there: got %q, want %q", got, key)
		}
	}
	change(t, there, "realm", "last")
	if got := next(t, own); got != "last" { // by now its polls have met its own rows
		t.Errorf("got %q twice", got)
	}
}

func TestChangesOfASlowCommitAreHeard(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t)
	here, there := dbtest.Open(t, url), dbtest.Open(t, url)
	heard := listen(there, "realm")
	watch(t, there)
	change(t, here, "realm", "first")
	next(t, heard)
	// A row from five seconds ago appears only now.
	err := here.InTx(t.Context(), func(ctx context.Context) error {
		return here.With(ctx).Exec("INSERT INTO changes (id, topic, key, at) VALUES ('x', 'realm', 'late', " + database.Now(here) + " - 5000000)").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := next(t, heard); got != "late" {
		t.Errorf("got %q, want late", got)
	}
}

// A node that was cut off, or asleep, for longer than changes are kept hears of what
// it has missed from nobody.
func TestWhoWasAwayForLongReadsAnew(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	asked, away := 0, errors.New("still away")
	db.OnMissed(func(context.Context) error {
		asked++
		return away
	})
	now, err := database.Poll(db, t.Context(), 0)
	if err != nil || asked != 0 {
		t.Fatalf("the first look: asked %d times, %v", asked, err)
	}
	if _, err := database.Poll(db, t.Context(), now-(5*time.Minute).Microseconds()); err != nil || asked != 0 {
		t.Errorf("after five minutes: asked %d times, %v", asked, err)
	}
	long := now - (10 * time.Minute).Microseconds()
	if _, err := database.Poll(db, t.Context(), long); !errors.Is(err, away) || asked != 1 {
		t.Errorf("after ten minutes: asked %d times, %v", asked, err)
	}
	away = nil
	if _, err := database.Poll(db, t.Context(), long); err != nil || asked != 2 {
		t.Errorf("asked again: %d times, %v", asked, err)
	}
}

func TestOldChangesAreSwept(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	if err := db.InTx(t.Context(), func(ctx context.Context) error { return put(ctx, db, "old", "x") }); err != nil {
		t.Fatal(err)
	}
	change(t, db, "x", "new")
	if err := database.SweepChanges(db, t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, db, "x"); got != 1 {
		t.Errorf("%d rows, want the new one", got)
	}
}
