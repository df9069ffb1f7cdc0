package login_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/internal/event/eventtest"
	"authserver/tenant/realm"
)

func lenient() realm.Policy {
	p := realm.DefaultPolicy()
	p.Lockout.Threshold = 100
	return p
}

func TestFiftyGuessesAtOnceCountEach(t *testing.T) {
	t.Parallel()
	h := newHouse(t, lenient())
	h.User(t, "ann@example.com")
	flows := make([]*flow.Flow, 50)
	for i := range flows {
		flows[i] = h.flow(t)
	}
	for _, err := range identitytest.Together(50, func(i int) error { return guess(h, flows[i], "ann@example.com", "not this one") }) {
		if !errors.Is(err, login.ErrWrong) {
			t.Errorf("guess: %v, want ErrWrong", err)
		}
	}
	// Fifty more make a hundred: the hard limit is reached exactly there.
	for i := range 50 {
		if i == 49 {
			break
		}
		if err := try(t, h, "ann@example.com", "not this one"); !errors.Is(err, login.ErrWrong) {
			t.Fatal(err)
		}
	}
	if n := h.hash.verified.Load(); n != 99 {
		t.Errorf("%d guesses compared, want 99", n)
	}
	fail(t, h, "ann@example.com", 1)
	verified := h.hash.verified.Load()
	h.Clock.Add(1000 * time.Hour)
	if err := try(t, h, "ann@example.com", identitytest.Password); !errors.Is(err, login.ErrWrong) || h.hash.verified.Load() != verified {
		t.Errorf("the right password after a hundred failures: %v, compared %t; want it refused unseen", err, h.hash.verified.Load() != verified)
	}
}

func TestGuessesAtOnceDoNotPassTheThreshold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	flows := make([]*flow.Flow, 50)
	for i := range flows {
		flows[i] = h.flow(t)
	}
	spelling := []string{"ann@example.com", "ANN@example.com", " ann@EXAMPLE.com"}
	identitytest.Together(50, func(i int) error { return guess(h, flows[i], spelling[i%3], "not this one") })
	if n := h.hash.verified.Load(); n != int64(h.Realm.Policy.Lockout.Threshold) {
		t.Errorf("%d of 50 guesses compared, want %d", n, h.Realm.Policy.Lockout.Threshold)
	}
	if n := h.hash.verified.Load() + h.hash.burned.Load(); n != 50 {
		t.Errorf("%d hashes for 50 guesses", n)
	}
}

func TestLockIsSilentAndEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	fail(t, h, "ann@example.com", 10)
	if err := try(t, h, "ann@example.com", identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("the right password during the lock: %v, want ErrWrong", err)
	}
	h.Clock.Add(29 * time.Second)
	if err := try(t, h, "ann@example.com", identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("a second before its end: %v, want ErrWrong", err)
	}
	h.Clock.Add(time.Second)
	if err := try(t, h, "ann@example.com", "not this one"); !errors.Is(err, login.ErrWrong) {
		t.Errorf("a wrong one after the lock: %v", err)
	}
	h.Clock.Add(59 * time.Second)
	if err := try(t, h, "ann@example.com", identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("the second lock is no longer than the first: %v", err)
	}
	h.Clock.Add(time.Second)
	if err := try(t, h, "ann@example.com", identitytest.Password); err != nil {
		t.Errorf("the right password after the locks: %v", err)
	}
	fail(t, h, "ann@example.com", 9)
	if err := try(t, h, "ann@example.com", identitytest.Password); err != nil {
		t.Errorf("after nine failures: %v; want the counters to have started anew", err)
	}
	locked := 0
	for _, e := range eventtest.Types(t, h.DB, h.Realm.ID) {
		if e == "login.locked" {
			locked++
		}
	}
	if locked != 2 {
		t.Errorf("%d events login.locked, want 2", locked)
	}
}

// A stranger fails until the account is closed for good; the person still signs in
// with the browser that they used before, and an operator opens the account again.
func TestStrangerCannotLockThePersonOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	out, err := h.login.Attempt(h.Context, h.Realm, h.flow(t), login.Input{Email: ann.Email, Password: identitytest.Password})
	if err != nil {
		t.Fatal(err)
	}
	fail(t, h, ann.Email, h.Realm.Policy.Lockout.Hard)
	attempt := func(device, email, password string) (*login.Outcome, error) {
		return h.login.Attempt(h.Context, h.Realm, h.flow(t), login.Input{Email: email, Password: password, Device: device})
	}
	if _, err := attempt("", ann.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("a stranger's browser: %v, want ErrWrong", err)
	}
	forged := strings.Replace(out.Device, ".", "x.", 1)
	if _, err := attempt(forged, ann.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("a forged device: %v, want ErrWrong", err)
	}
	bobs, err := attempt("", bob.Email, identitytest.Password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := attempt(bobs.Device, ann.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("another person's device: %v, want ErrWrong", err)
	}
	shared, err := attempt(out.Device, bob.Email, identitytest.Password)
	if err != nil {
		t.Fatal(err)
	}

	// The device has its own allowance, and loses it.
	for range h.Realm.Policy.Lockout.Threshold - 1 {
		if _, err := attempt(shared.Device, ann.Email, "not this one"); !errors.Is(err, login.ErrWrong) {
			t.Fatal(err)
		}
	}
	out, err = attempt(shared.Device, ann.Email, identitytest.Password)
	if err != nil {
		t.Fatalf("the person's own device, which also knows somebody else: %v", err)
	}
	fail(t, h, ann.Email, h.Realm.Policy.Lockout.Hard)
	for range h.Realm.Policy.Lockout.Threshold {
		if _, err := attempt(out.Device, ann.Email, "not this one"); !errors.Is(err, login.ErrWrong) {
			t.Fatal(err)
		}
	}
	if _, err := attempt(out.Device, ann.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("a device that failed as often as a stranger may: %v, want ErrWrong", err)
	}
	if err := h.login.Unlock(h.Context, ann); err != nil {
		t.Fatal(err)
	}
	if _, err := attempt("", ann.Email, identitytest.Password); err != nil {
		t.Errorf("after Unlock: %v", err)
	}
}

func TestNewPasswordMakesEveryDeviceAStranger(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.User(t, "ann@example.com")
	out, err := h.login.Attempt(h.Context, h.Realm, h.flow(t), login.Input{Email: ann.Email, Password: identitytest.Password})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Users.SetPassword(h.Context, h.Realm.ID, ann.ID, "four lamps on a wall"); err != nil {
		t.Fatal(err)
	}
	fail(t, h, ann.Email, h.Realm.Policy.Lockout.Hard)
	in := login.Input{Email: ann.Email, Password: "four lamps on a wall", Device: out.Device}
	if _, err := h.login.Attempt(h.Context, h.Realm, h.flow(t), in); !errors.Is(err, login.ErrWrong) {
		t.Errorf("a device of the old password: %v, want ErrWrong", err)
	}
}

func TestSweepForgetsSlowly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fail(t, h, "one@example.com", 1)
	fail(t, h, "nine@example.com", 9)
	fail(t, h, "hundred@example.com", 100)
	sweep := func(after time.Duration) int {
		h.Clock.Add(after)
		n, err := h.login.Sweep(h.Context)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	day := 24 * time.Hour
	if n := sweep(20 * day); n != 0 {
		t.Errorf("after 20 days %d counters left, want none", n)
	}
	if n := sweep(20 * day); n != 2 {
		t.Errorf("after 40 days %d counters left, want the two of one failure", n)
	}
	if n := sweep(365 * day); n != 2 {
		t.Errorf("after a year %d counters left, want the two of nine failures", n)
	}
	h.User(t, "hundred@example.com") // even for an account made later the address stays closed
	if err := try(t, h, "hundred@example.com", identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("after a year a closed address opened by itself: %v", err)
	}
}
