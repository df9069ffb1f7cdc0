package totp_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	lib "github.com/pquerna/otp/totp"

	"authserver/identity/identitytest"
	"authserver/identity/totp"
	"authserver/internal/event"
	"authserver/internal/secret"
)

type house struct {
	*identitytest.House
	totp *totp.Service
	user string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	base := identitytest.New(t)
	h := &house{House: base, totp: totp.New(totp.Deps{DB: base.DB, Events: base.Events, Ring: base.Ring, Users: base.Users, Now: base.Clock.Now})}
	h.user = h.User(t, "ann@example.com").ID
	h.Context = event.Acting(h.Context, event.User, h.user, "")
	return h
}

// begin starts an enrolment and returns the key that the application stores.
func (h *house) begin(t *testing.T, binding string) string {
	t.Helper()
	if err := h.totp.Begin(h.Context, h.Realm.ID, h.user, binding, "Acme", "ann@example.com"); err != nil {
		t.Fatal(err)
	}
	address, err := h.totp.Pending(h.Context, h.Realm.ID, h.user, binding)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("secret")
}

func (h *house) code(t *testing.T, key string) string {
	t.Helper()
	code, err := lib.GenerateCode(key, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func (h *house) enrol(t *testing.T) string {
	t.Helper()
	key := h.begin(t, "s1")
	if err := h.totp.Confirm(h.Context, h.Realm.ID, h.user, "s1", h.code(t, key)); err != nil {
		t.Fatal(err)
	}
	return key
}

func (h *house) verify(code string) error { return h.totp.Verify(h.Context, h.Realm.ID, h.user, code) }

func (h *house) enrolled(t *testing.T) bool {
	t.Helper()
	is, err := h.totp.Enrolled(h.Context, h.Realm.ID, h.user)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func TestSecretCountsOnlyOnceConfirmed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := h.begin(t, "s1")
	code := h.code(t, key)
	if err := h.verify(code); !errors.Is(err, totp.ErrWrong) || h.enrolled(t) {
		t.Errorf("a pending secret verifies (%v) or counts", err)
	}
	if err := h.totp.Confirm(h.Context, h.Realm.ID, h.user, "s1", "000000"); !errors.Is(err, totp.ErrWrong) {
		t.Errorf("a wrong code: %v, want ErrWrong", err)
	}
	if err := h.totp.Confirm(h.Context, h.Realm.ID, h.user, "s2", code); !errors.Is(err, totp.ErrNone) {
		t.Errorf("another session: %v, want ErrNone", err)
	}
	if address, err := h.totp.Pending(h.Context, h.Realm.ID, h.user, "s2"); err != nil || address != "" {
		t.Errorf("another session sees the secret (%v)", err)
	}
	if err := h.totp.Confirm(h.Context, h.Realm.ID, h.user, "s1", code); err != nil || !h.enrolled(t) {
		t.Fatalf("the right one: %v", err)
	}
	if address, err := h.totp.Pending(h.Context, h.Realm.ID, h.user, "s1"); err != nil || address != "" {
		t.Errorf("a confirmed secret is shown again (%v)", err)
	}
	if err := h.verify(code); !errors.Is(err, totp.ErrWrong) {
		t.Errorf("the code that confirmed it signs in: %v", err)
	}
	h.Clock.Add(30 * time.Second)
	if err := h.verify(h.code(t, key)); err != nil {
		t.Errorf("the next code: %v", err)
	}
}

func TestPendingSecretRunsOutOfTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := h.begin(t, "s1")
	h.Clock.Add(15 * time.Minute)
	if err := h.totp.Confirm(h.Context, h.Realm.ID, h.user, "s1", h.code(t, key)); !errors.Is(err, totp.ErrNone) {
		t.Errorf("after its time: %v, want ErrNone", err)
	}
}

// CVE-2026-27855: one code, twenty nodes.
func TestCodeIsTakenOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := h.enrol(t)
	h.Clock.Add(time.Minute)
	code := h.code(t, key)
	passed := 0
	for _, err := range identitytest.Together(20, func(int) error { return h.verify(code) }) {
		switch {
		case err == nil:
			passed++
		case !errors.Is(err, totp.ErrWrong):
			t.Error(err)
		}
	}
	if passed != 1 {
		t.Errorf("%d of 20 passed, want 1", passed)
	}
	h.Clock.Add(-30 * time.Second)
	if err := h.verify(h.code(t, key)); !errors.Is(err, totp.ErrWrong) {
		t.Errorf("a code of an earlier step: %v, want ErrWrong", err)
	}
}

func TestRolledBackCodeIsNotUsed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := h.enrol(t)
	h.Clock.Add(time.Minute)
	code, undone := h.code(t, key), errors.New("undone")
	err := h.DB.InTx(h.Context, func(ctx context.Context) error {
		return errors.Join(h.totp.Verify(ctx, h.Realm.ID, h.user, code), undone)
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if err := h.verify(code); err != nil {
		t.Errorf("after the rollback: %v", err)
	}
}

// CVE-2026-9047: codes of the secret that was replaced.
func TestReplacedSecretIsDeadAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	old := h.enrol(t)
	h.Clock.Add(time.Minute)
	fresh := h.begin(t, "s1")
	if err := h.verify(h.code(t, old)); err != nil {
		t.Errorf("the old secret before the new one is confirmed: %v", err)
	}
	h.Clock.Add(time.Minute)
	if err := h.totp.Confirm(h.Context, h.Realm.ID, h.user, "s1", h.code(t, old)); !errors.Is(err, totp.ErrWrong) {
		t.Errorf("the old secret's code confirms the new one: %v", err)
	}
	if err := h.totp.Confirm(h.Context, h.Realm.ID, h.user, "s1", h.code(t, fresh)); err != nil {
		t.Fatal(err)
	}
	h.Clock.Add(30 * time.Second)
	if err := h.verify(h.code(t, old)); !errors.Is(err, totp.ErrWrong) {
		t.Errorf("the old secret: %v, want ErrWrong", err)
	}
	if err := h.verify(h.code(t, fresh)); err != nil {
		t.Errorf("the new secret: %v", err)
	}
}

func TestPendingSecretIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	code := h.code(t, h.begin(t, "s1"))
	passed := 0
	for _, err := range identitytest.Together(20, func(int) error {
		return h.totp.Confirm(h.Context, h.Realm.ID, h.user, "s1", code)
	}) {
		if err == nil {
			passed++
		} else if !errors.Is(err, totp.ErrNone) {
			t.Error(err)
		}
	}
	if passed != 1 {
		t.Errorf("%d of 20 confirmed, want 1", passed)
	}
}

func TestRemovedSecretIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := h.enrol(t)
	h.begin(t, "s1")
	h.Clock.Add(time.Minute)
	if had, err := h.totp.RemoveAll(h.Context, h.Realm.ID, h.user); !had || err != nil {
		t.Fatalf("RemoveAll = %v, %v", had, err)
	}
	if had, err := h.totp.RemoveAll(h.Context, h.Realm.ID, h.user); had || err != nil {
		t.Errorf("RemoveAll again = %v, %v", had, err)
	}
	if err := h.verify(h.code(t, key)); !errors.Is(err, totp.ErrWrong) || h.enrolled(t) {
		t.Errorf("afterwards: %v", err)
	}
	if address, err := h.totp.Pending(h.Context, h.Realm.ID, h.user, "s1"); err != nil || address != "" {
		t.Errorf("the pending one is still there (%v)", err)
	}
	var types []string
	events, err := h.Events.Recorded(h.Context, h.Realm.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if strings.HasPrefix(e.Type, "user.totp") {
			types = append(types, e.Type)
		}
	}
	if got := strings.Join(types, " "); got != "user.totp_enabled user.totp_removed" {
		t.Errorf("events = %s", got)
	}
}

func TestSecretBelongsToItsUser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key := h.enrol(t)
	h.Clock.Add(time.Minute)
	bob := h.User(t, "bob@example.com").ID
	other := h.NewRealm(t, "other")
	for name, err := range map[string]error{
		"another user":  h.totp.Verify(h.Context, h.Realm.ID, bob, h.code(t, key)),
		"another realm": h.totp.Verify(h.Context, other.ID, h.user, h.code(t, key)),
	} {
		if !errors.Is(err, totp.ErrWrong) {
			t.Errorf("%s: %v, want ErrWrong", name, err)
		}
	}
}

func TestMissingDependencyPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("New without dependencies did not panic")
		}
	}()
	ring, _ := secret.ParseRing([]string{secret.NewKey()})
	totp.New(totp.Deps{Ring: ring})
}
