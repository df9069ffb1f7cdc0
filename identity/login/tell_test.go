package login_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/user"
	"authserver/internal/letter"
	"authserver/internal/secret"
)

// postbox keeps what would be sent.
type postbox struct {
	mu      sync.Mutex
	letters []letter.Letter
}

func (p *postbox) Send(_ context.Context, l letter.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, l)
	return l.Check()
}

func TestALockIsToldOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.User(t, "ann@example.com")
	threshold, hard := h.Realm.Policy.Lockout.Threshold, h.Realm.Policy.Lockout.Hard
	fail(t, h, "nobody@example.com", threshold)
	fail(t, h, ann.Email, threshold-1)
	if n := len(h.post.letters); n != 0 {
		t.Fatalf("%d letters before the lock", n)
	}
	fail(t, h, "ANN@example.com", 1)
	if n := len(h.post.letters); n != 1 {
		t.Fatalf("%d letters at the lock, want 1", n)
	}
	got := h.post.letters[0]
	if got.Kind != letter.AccountLocked || got.To != ann.Email || got.UserID != ann.ID || got.Data["minutes"] != "1" ||
		got.Data["link"] != "https://id.example/realms/acme/recover" {
		t.Errorf("letter %+v", got)
	}
	for range hard - threshold {
		h.Clock.Add(time.Hour)
		if err := try(t, h, ann.Email, "not this one"); !errors.Is(err, login.ErrWrong) {
			t.Fatal(err)
		}
	}
	if n := len(h.post.letters); n != 2 {
		t.Fatalf("%d letters up to the lock that stays, want 2", n)
	}
	if got := h.post.letters[1]; got.Data["minutes"] != "" {
		t.Errorf("the lock that stays is told to end: %+v", got)
	}
}

func TestASuspendedPersonIsNotTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.User(t, "ann@example.com")
	if err := h.Users.Suspend(h.Context, h.Realm.ID, ann.ID, "test"); err != nil {
		t.Fatal(err)
	}
	fail(t, h, ann.Email, h.Realm.Policy.Lockout.Threshold)
	if n := len(h.post.letters); n != 0 {
		t.Errorf("%d letters", n)
	}
}

// The current password counts like one at the sign-in: a borrowed session is no way to
// guess it.
func TestConfirmCountsAndLocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.User(t, "ann@example.com")
	threshold := h.Realm.Policy.Lockout.Threshold
	confirm := func(password, session string, want bool) {
		t.Helper()
		if right, err := h.login.Confirm(h.Context, h.Realm, ann, password, session); right != want || err != nil {
			t.Fatalf("%s in %s: %v, %v, want %v", password, session, right, err, want)
		}
	}
	for range 2 { // the right one forgets the wrong ones before it
		for range threshold - 1 {
			confirm("not this one", "s1", false)
		}
		confirm(identitytest.Password, "s1", true)
	}
	compared := h.hash.verified.Load()
	for range 3 * threshold { // the session's allowance, then that of a stranger
		confirm("not this one", "s1", false)
	}
	if n := h.hash.verified.Load() - compared; n != 2*int64(threshold) {
		t.Errorf("%d compared, want %d", n, 2*threshold)
	}
	confirm(identitytest.Password, "s1", false)
	if err := try(t, h, ann.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("the sign-in knows nothing of it: %v", err)
	}
	confirm(identitytest.Password, "s2", true) // the person's other session
	if err := try(t, h, ann.Email, identitytest.Password); err != nil {
		t.Errorf("after the right one: %v", err)
	}
	h.hash.busy.Store(true)
	if _, err := h.login.Confirm(h.Context, h.Realm, ann, identitytest.Password, "s1"); !errors.Is(err, secret.ErrBusy) {
		t.Errorf("busy: %v", err)
	}
}

func TestConfirmIsAboutThePersonAndNotTheirAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.User(t, "ann@example.com")
	if err := h.Users.ChangeEmail(h.Context, h.Realm.ID, ann.ID, ann.Email, "anna@example.com"); err != nil {
		t.Fatal(err)
	}
	h.User(t, "ann@example.com") // another person has it now
	if _, err := h.login.Confirm(h.Context, h.Realm, ann, identitytest.Password, "s1"); !errors.Is(err, user.ErrNotEligible) {
		t.Errorf("another person's password: %v", err)
	}
}

func TestGuessesAtARecoveryAreCountedByAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ann := h.User(t, "ann@example.com")
	threshold := h.Realm.Policy.Lockout.Threshold
	for _, address := range []string{ann.Email, "nobody@example.com"} {
		for i := range threshold {
			attempt, open, err := h.login.AdmitRecovery(h.Context, h.Realm, address)
			if err != nil || !open {
				t.Fatalf("%s, guess %d: open %v, %v", address, i+1, open, err)
			}
			if i == 0 { // one that was right
				if err := h.login.ForgiveRecovery(h.Context, h.Realm.ID, address, attempt); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, open, _ := h.login.AdmitRecovery(h.Context, h.Realm, address); !open {
			t.Errorf("%s: the forgiven guess counted", address)
		}
		if _, open, _ := h.login.AdmitRecovery(h.Context, h.Realm, address); open {
			t.Errorf("%s: open after %d wrong guesses", address, threshold)
		}
	}
	if err := try(t, h, ann.Email, identitytest.Password); err != nil {
		t.Errorf("guesses at the recovery closed the sign-in: %v", err)
	}
	if err := h.login.Unlock(h.Context, ann); err != nil {
		t.Fatal(err)
	}
	if _, open, _ := h.login.AdmitRecovery(h.Context, h.Realm, ann.Email); !open {
		t.Error("Unlock does not open the recovery")
	}
}
