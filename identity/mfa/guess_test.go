package mfa_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"authserver/identity/mfa"
	"authserver/internal/event/eventtest"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/tenant/realm"
)

func isFault(err error, faults ...*fault.Fault) bool {
	return slices.ContainsFunc(faults, func(f *fault.Fault) bool { return errors.Is(err, f) })
}

// CVE-2024-32868, CVE-2026-56450, AuthQuake: the limit is the account's, across flows,
// sign-ins, browsers, addresses and kinds; and the right code gets the same answer.
func TestGuessesCountAcrossEverything(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.Lockout.Threshold = 10 })
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	h.withPhone(t, u.ID, "+4930123456", true)
	h.recoveryCodes(t, u.ID)
	wrong := h.wrong(t, key)
	for i := range 10 {
		b := h.browser(t)
		b.ip = fmt.Sprintf("198.51.100.%d", i)
		b.signIn(u.Email)
		method := []string{mfa.TOTP, mfa.Recovery, mfa.SMS}[i%3]
		b.open(b.at + "&method=" + method)
		_, form := b.form("", "action", "verify", "code", wrong)
		got := b.send(http.MethodPost, "/realms/acme/mfa", form)
		want := http.StatusUnprocessableEntity
		if i == 9 {
			want = http.StatusTooManyRequests
		}
		if got.StatusCode != want || b.alert() == "" {
			t.Errorf("guess %d by %s = %d, alert %q; want %d", i+1, method, got.StatusCode, b.alert(), want)
		}
	}
	b := h.browser(t)
	b.ip = "203.0.113.9"
	b.signIn(u.Email)
	b.open(b.at + "&method=totp")
	answers := map[string]string{}
	for _, code := range []string{h.code(t, key), wrong} {
		got := b.press("verify", "code", code)
		if got.StatusCode != http.StatusTooManyRequests || b.session().MultiFactor() {
			t.Errorf("%s while it is locked = %d", code, got.StatusCode)
		}
		answers[fmt.Sprint(got.StatusCode, got.Header.Get("Retry-After"), b.alert())] = code
	}
	if len(answers) != 1 {
		t.Errorf("right and wrong can be told apart: %v", answers)
	}
	if n := h.outbox.of(letter.AccountLocked); len(n) != 1 {
		t.Errorf("%d letters about the lock, want 1", len(n))
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	if !slices.Contains(types, "mfa.locked") || !slices.Contains(types, "mfa.failed") {
		t.Errorf("events %v", types)
	}
	h.Clock.Add(time.Minute)
	b.open("/realms/acme/start")
	b.open(b.at + "&method=totp")
	b.follow(b.press("verify", "code", h.code(t, key)))
	if !b.done() {
		t.Errorf("after the lock the right code leads to %s", b.at)
	}
}

func TestSentCodeDiesAtItsFifthWrongTry(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	h.withPhone(t, u.ID, "+4930123456", true)
	b := h.browser(t)
	b.signIn(u.Email)
	b.follow(b.press("send"))
	code := h.sentCode(t, letter.SecondFactorSMS)
	wrong := "000000"
	if code == wrong {
		wrong = "111111"
	}
	for range 5 {
		_, form := b.form("", "method", mfa.SMS, "action", "verify", "code", wrong)
		b.send(http.MethodPost, "/realms/acme/mfa", form)
	}
	_, form := b.form("", "method", mfa.SMS, "action", "verify", "code", code)
	if got := b.send(http.MethodPost, "/realms/acme/mfa", form); got.StatusCode != http.StatusUnprocessableEntity || b.session().MultiFactor() {
		t.Errorf("the right one as the sixth = %d", got.StatusCode)
	}
}

func TestHardLimitNeedsAnOperator(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(p *realm.Policy) { p.Lockout.Threshold, p.Lockout.Hard = 3, 5 })
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	b := h.browser(t)
	b.signIn(u.Email)
	for range 5 {
		b.press("verify", "code", h.wrong(t, key))
		h.Clock.Add(time.Minute)
	}
	h.Clock.Add(5 * time.Minute)
	if got := b.press("verify", "code", h.code(t, key)); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "" {
		t.Errorf("beyond the hard limit = %d, Retry-After %q", got.StatusCode, got.Header.Get("Retry-After"))
	}
	if kinds, err := h.mfa.Reset(h.Context, h.Realm, u.ID); err != nil || !slices.Equal(kinds, []string{mfa.TOTP}) {
		t.Fatalf("Reset = %v, %v", kinds, err)
	}
	again := h.browser(t)
	again.signIn(u.Email)
	if !again.done() {
		t.Errorf("after the reset the password leads to %s", again.at)
	}
	if b.session() != nil {
		t.Error("a session survived the reset")
	}
	if n := h.outbox.of(letter.FactorRemoved); len(n) != 1 || n[0].Data["factor"] != mfa.TOTP {
		t.Errorf("letters about the reset: %+v", n)
	}
}
