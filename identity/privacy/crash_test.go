//go:build faultinject

package privacy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"authserver/identity/privacy"
	"authserver/identity/user"
	"authserver/internal/failpoint"
)

var errCrash = errors.New("crash")

func crash(context.Context) error { return errCrash }

// Whatever stops the worker: a copy is told of only when it is there, and a person is
// erased whole, by whoever comes next.
func TestNothingHalfIsLeftOfAStoppedWorker(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.notes.size.Store(2 * privacy.AtOnce)
	u := h.User(t, "ann@example.com")
	if _, _, err := h.privacy.Request(h.Context, h.Realm, u.ID, true); err != nil {
		t.Fatal(err)
	}
	for _, point := range []string{"privacy/copied", "event/recorded"} {
		if _, err := h.privacy.Once(failpoint.Set(h.Context, point, crash)); !errors.Is(err, errCrash) {
			t.Fatalf("%s: %v", point, err)
		}
		if copies, err := h.privacy.Copies(h.Context, h.Realm.ID, u.ID); err != nil || copies[0].Ready() || len(h.box.letters) != 0 {
			t.Errorf("%s: %+v, %v, letters %v", point, copies, err, h.box.letters)
		}
		h.Clock.Add(11 * time.Minute)
	}
	if n, err := h.privacy.Once(h.Context); err != nil || n != 1 || len(h.box.letters) != 1 {
		t.Errorf("afterwards: %d, %v", n, err)
	}

	h.leave(t, u)
	h.Clock.Add(8 * 24 * time.Hour)
	for _, point := range []string{"privacy/buried", "event/recorded"} {
		if _, err := h.privacy.EraseDue(failpoint.Set(h.Context, point, crash)); !errors.Is(err, errCrash) {
			t.Fatalf("%s: %v", point, err)
		}
		if got := h.user(t, u); got.Email != u.Email || !got.Erasing() {
			t.Errorf("%s: half erased: %+v", point, got)
		}
	}
	if n, err := h.privacy.EraseDue(h.Context); err != nil || n != 1 || h.user(t, u).Status != user.StatusErased {
		t.Errorf("afterwards: %d, %v", n, err)
	}
}
