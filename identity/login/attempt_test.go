package login_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
	"authserver/internal/secret"
)

func guess(h *house, f *flow.Flow, email, password string) error {
	_, err := h.login.Attempt(h.Context, h.Realm, f, login.Input{Email: email, Password: password})
	return err
}

// try is a guess in a flow of its own.
func try(t testing.TB, h *house, email, password string) error {
	t.Helper()
	return guess(h, h.flow(t), email, password)
}

func TestAttemptIsCountedThoughTheClientHangsUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	for range h.Realm.Policy.Lockout.Threshold {
		ctx, cancel := context.WithCancel(h.Context)
		hangUp := func() { cancel() }
		h.hash.during.Store(&hangUp)
		_, _ = h.login.Attempt(ctx, h.Realm, h.flow(t), login.Input{Email: "ann@example.com", Password: "not this one"})
	}
	h.hash.during.Store(nil)
	failed := 0
	for _, e := range eventtest.Types(t, h.DB, h.Realm.ID) {
		if e == "login.failed" {
			failed++
		}
	}
	if failed != h.Realm.Policy.Lockout.Threshold {
		t.Errorf("%d events login.failed, want %d", failed, h.Realm.Policy.Lockout.Threshold)
	}
	verified := h.hash.verified.Load()
	if err := try(t, h, "ann@example.com", identitytest.Password); !errors.Is(err, login.ErrWrong) || h.hash.verified.Load() != verified {
		t.Errorf("after %d guesses whose answer nobody waited for: %v; want a lock", h.Realm.Policy.Lockout.Threshold, err)
	}
}

func TestWhatChangesDuringTheHashWins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, change := range map[string]func(u *user.User) error{
		"suspended": func(u *user.User) error { return h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test") },
		"password": func(u *user.User) error {
			return h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, "four lamps on a wall")
		},
	} {
		u := h.User(t, name+"@example.com")
		meanwhile := func() {
			if err := change(u); err != nil {
				t.Error(err)
			}
		}
		h.hash.during.Store(&meanwhile)
		if err := try(t, h, u.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
			t.Errorf("%s: %v, want ErrWrong", name, err)
		}
	}
}

func TestOldHashIsReplacedOnSignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	old := func() user.Hash {
		c, err := h.Users.Credential(h.Context, h.Realm.ID, "ann@example.com")
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash
	}
	before := old()
	h.hash.Passwords = secret.NewPasswords(secret.PasswordParams{Memory: 128, Time: 1, Threads: 1, Concurrency: 4, Wait: time.Minute})
	errs := identitytest.Together(5, func(int) error { return try(t, h, "ann@example.com", identitytest.Password) })
	for _, err := range errs {
		if err != nil {
			t.Errorf("sign-in while the hash is replaced: %v", err)
		}
	}
	after := old()
	if after == before || !strings.Contains(string(after), "m=128,") {
		t.Error("the hash is still the old one")
	}
	if err := try(t, h, "ann@example.com", identitytest.Password); err != nil || old() != after {
		t.Errorf("the next sign-in: %v, replaced again %t", err, old() != after)
	}
}

func TestOneFlowSignsInOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	f := h.flow(t)
	errs := identitytest.Together(10, func(int) error {
		mine := *f
		return guess(h, &mine, "ann@example.com", identitytest.Password)
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, flow.ErrStale) {
			t.Errorf("loser got %v, want ErrStale", err)
		}
	}
	if won != 1 {
		t.Errorf("%d sign-ins, want 1", won)
	}
	// The losers had the right password; nothing is left on the counters.
	fail(t, h, "ann@example.com", 9)
	if err := try(t, h, "ann@example.com", identitytest.Password); err != nil {
		t.Errorf("after nine failures: %v", err)
	}
}

// The budget of a sign-in: five reads, two transactions.
func TestSignInStaysWithinItsBudget(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	if err := try(t, h, "ann@example.com", identitytest.Password); err != nil {
		t.Fatal(err)
	}
	b := h.browser(t)
	b.open(flow.Login, "")
	before := h.DB.Totals()
	if got := b.submit("email", "ann@example.com", "password", identitytest.Password); got.StatusCode != 303 {
		t.Fatalf("sign-in = %d", got.StatusCode)
	}
	after := h.DB.Totals()
	if reads, commits := (after.Statements-after.Writes)-(before.Statements-before.Writes), after.Commits-before.Commits; reads > 5 || commits > 2 {
		t.Errorf("%d reads and %d transactions, want 5 and 2 at most", reads, commits)
	}
	for _, password := range []string{"not this one", identitytest.Password} {
		email := map[bool]string{true: "nobody@example.com", false: "ann@example.com"}[password == identitytest.Password]
		ctx, counts := database.Counting(h.Context)
		_, err := h.login.Attempt(ctx, h.Realm, h.flow(t), login.Input{Email: email, Password: password})
		if !errors.Is(err, login.ErrWrong) || counts.Statements != 3 || counts.Commits != 2 {
			t.Errorf("failure of %s: %v with %+v; want 3 statements in 2 transactions, the same for all", email, err, *counts)
		}
	}
}

func TestEventsTellWhoAndNotWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	if err := h.Users.Suspend(h.Context, h.Realm.ID, h.User(t, "sue@example.com").ID, "test"); err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"ann@example.com", "sue@example.com", "Nobody@Example.com"} {
		if err := try(t, h, email, "canary-password"); !errors.Is(err, login.ErrWrong) {
			t.Fatal(err)
		}
	}
	if err := try(t, h, "ann@example.com", identitytest.Password); err != nil {
		t.Fatal(err)
	}
	var reasons []string
	var last event.Event
	for _, e := range eventtest.Recorded(t, h.DB, h.Realm.ID) {
		if strings.Contains(string(e.Payload)+e.Ref.ID, "example") || strings.Contains(string(e.Payload), "canary") {
			t.Errorf("%s holds what was typed: %s %s", e.Type, e.Ref.ID, e.Payload)
		}
		if e.Type == "login.failed" {
			for _, r := range []string{login.ReasonPassword, login.ReasonSuspended, login.ReasonUnknown} {
				if strings.Contains(string(e.Payload), r) {
					reasons = append(reasons, r)
				}
			}
		}
		last = e
	}
	if want := []string{login.ReasonPassword, login.ReasonSuspended, login.ReasonUnknown}; !slices.Equal(reasons, want) {
		t.Errorf("reasons %v, want %v", reasons, want)
	}
	if last.Type != "login.succeeded" || last.Ref.ID != u.ID || last.Actor.Kind != event.User || last.Actor.ID != u.ID || last.Actor.IP == "" {
		t.Errorf("last event %+v; want login.succeeded of %s by themselves", last, u.ID)
	}
}
