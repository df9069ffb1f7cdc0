package event_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"authserver/internal/event"

	"github.com/google/go-cmp/cmp"
)

func TestWhatWasGivenUpIsListedTriedAgainAndDropped(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.record(t, "bad-1", "good", "bad-2")
	broken := true
	d := s.dispatcher(func(d *event.DispatcherDeps) {
		d.Attempts = 2
		d.Subscribers = []event.Subscriber{note(s.db), handler(func(_ context.Context, e event.Event) error {
			if broken && strings.Contains(string(e.Payload), "bad") {
				return errors.New("the other end is broken")
			}
			return nil
		})}
	})
	settle := func() {
		for range 6 {
			once(t, d)
			s.clock.pass(time.Hour)
		}
	}
	parked := func(realmID string) []event.Parked {
		t.Helper()
		list, err := s.log.Parked(t.Context(), realmID, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	retry := func(realmID, id string) (n int64, err error) {
		err = s.db.InTx(t.Context(), func(ctx context.Context) (err error) {
			n, err = s.log.Retry(ctx, realmID, id)
			return err
		})
		return n, err
	}
	drop := func(realmID, id string) error {
		return s.db.InTx(t.Context(), func(ctx context.Context) error { return s.log.Drop(ctx, realmID, id) })
	}
	settle()
	list := parked("")
	if len(list) != 2 || !strings.Contains(list[0].Failure, "the other end is broken") || list[0].Attempts != 2 || list[0].ParkedAt.IsZero() || list[0].Type != "test.happened" {
		t.Fatalf("parked: %+v", list)
	}
	if next, err := s.log.Parked(t.Context(), "", list[0].ID, 10); err != nil || len(next) != 1 || next[0].ID != list[1].ID {
		t.Errorf("after the first: %+v, %v", next, err)
	}
	if got := parked("another realm"); len(got) != 0 {
		t.Errorf("another realm sees %+v", got)
	}
	for _, wrong := range []error{
		func() error { _, err := retry("another realm", list[0].ID); return err }(),
		func() error { _, err := retry("", "nothing"); return err }(),
		drop("another realm", list[0].ID),
		drop("", "nothing"),
	} {
		if !errors.Is(wrong, event.ErrNotParked) {
			t.Errorf("got %v", wrong)
		}
	}

	// Tried again while it is still broken, it is given up again and holds nobody up.
	if n, err := retry("", ""); err != nil || n != 2 {
		t.Errorf("%d tried again, %v", n, err)
	}
	if got := parked(""); len(got) != 0 {
		t.Errorf("still parked: %+v", got)
	}
	settle()
	if got := parked(""); len(got) != 2 {
		t.Fatalf("parked again: %+v", got)
	}

	broken = false
	if n, err := retry("", list[1].ID); err != nil || n != 1 {
		t.Errorf("%d tried again, %v", n, err)
	}
	if err := drop(list[0].RealmID, list[0].ID); err != nil {
		t.Error(err)
	}
	settle()
	if diff := cmp.Diff([]string{"bad-2", "good"}, effects(t, s.db)); diff != "" {
		t.Error(diff)
	}
	if _, err := retry("", list[0].ID); !errors.Is(err, event.ErrNotParked) {
		t.Errorf("what was dropped is tried again: %v", err)
	}
	if waiting, given, err := s.log.Backlog(t.Context()); err != nil || waiting != 0 || given != 0 {
		t.Errorf("%d waiting, %d parked, %v", waiting, given, err)
	}
}
