//go:build faultinject

package login_test

import (
	"context"
	"errors"
	"testing"

	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/internal/failpoint"
)

var errCrash = errors.New("crash")

func crash(context.Context) error { return errCrash }

// Whatever stops an attempt between its steps: the guess is counted, and there is
// either a whole sign-in or none.
func TestNothingHalfIsLeftOfAStoppedAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	counted := failpoint.Set(h.Context, "login/counted", crash)
	for range h.Realm.Policy.Lockout.Threshold {
		_, err := h.login.Attempt(counted, h.Realm, h.flow(t), login.Input{Email: u.Email, Password: "not this one"})
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
	}
	if err := try(t, h, u.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("after %d stopped guesses: %v; want a lock", h.Realm.Policy.Lockout.Threshold, err)
	}
	if err := h.login.Unlock(h.Context, u); err != nil {
		t.Fatal(err)
	}
	for _, point := range []string{"login/begun", "event/recorded"} {
		f := h.flow(t)
		stopped := failpoint.Set(h.Context, point, crash)
		_, err := h.login.Attempt(stopped, h.Realm, f, login.Input{Email: u.Email, Password: identitytest.Password})
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		got, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
		if err != nil || !got.LastLoginAt.IsZero() || len(f.Proofs) != 0 {
			t.Errorf("%s: last sign-in %s, proofs %v; want nothing", point, got.LastLoginAt, f.Proofs)
		}
	}
}
