package login_test

import (
	"testing"
	"time"

	"authserver/identity/identitytest"
)

// CVE-2024-32868, CVE-2026-56450: who knows the password must not get new guesses at the
// second factor with every sign-in.
func TestPasswordDoesNotForgiveSecondFactors(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	for i := range h.Realm.Policy.Lockout.Threshold {
		_, open, closed, err := h.login.AdmitSecond(h.Context, h.Realm, u.ID)
		if last := i == h.Realm.Policy.Lockout.Threshold-1; err != nil || !open || (closed > 0) != last {
			t.Fatalf("guess %d: open %v, closed %s, %v", i+1, open, closed, err)
		}
		if err := try(t, h, u.Email, identitytest.Password); err != nil {
			t.Fatal(err)
		}
	}
	h.Clock.Add(10 * time.Second)
	if _, open, closed, err := h.login.AdmitSecond(h.Context, h.Realm, u.ID); err != nil || open || closed != h.Realm.Policy.Lockout.Base-10*time.Second {
		t.Errorf("the next guess: open %v, closed %s, %v", open, closed, err)
	}
	h.Clock.Add(time.Minute)
	attempt, open, closed, err := h.login.AdmitSecond(h.Context, h.Realm, u.ID)
	if err != nil || !open || closed != 2*h.Realm.Policy.Lockout.Base {
		t.Errorf("after the wait: open %v, closed %s, %v; want twice as long", open, closed, err)
	}
	if err := h.login.ForgiveSecond(h.Context, h.Realm.ID, u.ID, attempt); err != nil {
		t.Fatal(err)
	}
	if _, open, closed, err := h.login.AdmitSecond(h.Context, h.Realm, u.ID); err != nil || !open || closed != 2*h.Realm.Policy.Lockout.Base {
		t.Errorf("a forgiven guess: open %v, closed %s, %v", open, closed, err)
	}
	if err := h.login.OpenSecond(h.Context, h.Realm.ID, u.ID); err != nil {
		t.Fatal(err)
	}
	if _, open, closed, err := h.login.AdmitSecond(h.Context, h.Realm, u.ID); err != nil || !open || closed != 0 {
		t.Errorf("after OpenSecond: open %v, closed %s, %v", open, closed, err)
	}
}

// NIST SP 800-63B-4 §3.2.2: a hundred guesses in a row, then no more, however patient.
func TestSecondFactorIsClosedForGoodAtTheHardLimit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	compared := 0
	for range h.Realm.Policy.Lockout.Hard + 20 {
		_, open, _, err := h.login.AdmitSecond(h.Context, h.Realm, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		if open {
			compared++
		}
		h.Clock.Add(24 * time.Hour)
	}
	if compared != h.Realm.Policy.Lockout.Hard {
		t.Errorf("%d guesses were compared, want %d", compared, h.Realm.Policy.Lockout.Hard)
	}
}

func TestParallelGuessesAtSecondFactorsCountEach(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	compared := make([]bool, 100)
	for _, err := range identitytest.Together(len(compared), func(i int) (err error) {
		_, compared[i], _, err = h.login.AdmitSecond(h.Context, h.Realm, u.ID)
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	n := 0
	for _, open := range compared {
		if open {
			n++
		}
	}
	if n != h.Realm.Policy.Lockout.Threshold {
		t.Errorf("%d were compared, want %d", n, h.Realm.Policy.Lockout.Threshold)
	}
}
