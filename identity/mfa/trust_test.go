package mfa_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"authserver/identity/mfa"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/tenant/realm"
)

func trusting(p *realm.Policy) { p.TrustDevice = 30 * 24 * time.Hour }

// trusted is a browser that the user trusts, signed out.
func trusted(t *testing.T, h *house, u *user.User, key string) *browser {
	t.Helper()
	b := h.browser(t)
	b.signIn(u.Email)
	b.follow(b.press("verify", "code", h.code(t, key), "trust", "1"))
	if !b.done() || b.jar["trusted-acme"] == "" {
		t.Fatalf("at %s, cookies %v", b.at, b.jar)
	}
	delete(b.jar, "session-acme")
	h.Clock.Add(30 * time.Second)
	return b
}

func TestTrustedBrowserIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	b := trusted(t, h, u, key)
	b.signIn(u.Email)
	if !b.done() || b.session().MultiFactor() {
		t.Fatalf("at %s with acr %s; want to be spared, and acr 1", b.at, b.session().ACR)
	}
	delete(b.jar, "session-acme")
	if b.signIn(u.Email, "?acr_values=2"); b.path() != "/mfa" {
		t.Errorf("who asks for two factors gets %s", b.at)
	}
	other := h.browser(t)
	if other.signIn(u.Email); other.path() != "/mfa" {
		t.Errorf("another browser: %s", other.at)
	}
	h.Clock.Add(31 * 24 * time.Hour)
	delete(b.jar, "session-acme")
	if b.signIn(u.Email); b.path() != "/mfa" {
		t.Errorf("after its time: %s", b.at)
	}
}

func TestTrustIsForOnePersonInOneRealm(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	ann, ben := h.User(t, "ann@example.com"), h.User(t, "ben@example.com")
	annKey, benKey := h.withApp(t, ann.ID), h.withApp(t, ben.ID)
	b := trusted(t, h, ann, annKey)
	if b.signIn(ben.Email); b.path() != "/mfa" {
		t.Fatalf("ben in ann's browser: %s", b.at)
	}
	b.follow(b.press("verify", "code", h.code(t, benKey), "trust", "1"))
	delete(b.jar, "session-acme")
	for _, u := range []*user.User{ann, ben} { // both, in one cookie
		if b.signIn(u.Email); !b.done() {
			t.Errorf("%s: %s", u.Email, b.at)
		}
		delete(b.jar, "session-acme")
	}
	other := h.NewRealm(t, "other", h.Realm.Policy)
	if ok, err := h.mfa.Trusts(h.Context, other.ID, ann.ID, b.jar["trusted-acme"]); ok || err == nil && ok {
		t.Error("another realm trusts it")
	}
	token := strings.Split(b.jar["trusted-acme"], "~")[0]
	for _, cookie := range []string{"", "td_", token[:45], token[:45] + "x", strings.Repeat(token+"~", 9), ann.ID, "td_" + strings.Repeat("A", 43)} {
		if ok, err := h.mfa.Trusts(h.Context, h.Realm.ID, ben.ID, cookie); ok || err != nil {
			t.Errorf("%q: %v, %v", cookie, ok, err)
		}
	}
}

func TestTrustNeedsThePolicy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	b := h.browser(t)
	b.signIn(u.Email)
	if b.page.Find("#trust").Length() != 0 {
		t.Error("the page offers what the policy does not allow")
	}
	b.follow(b.press("verify", "code", h.code(t, key), "trust", "1"))
	if b.jar["trusted-acme"] != "" {
		t.Error("the browser is trusted all the same")
	}
}

func TestTrustEndsWithPasswordFactorsAndOwner(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, h *house, u *user.User){
		"another password": func(t *testing.T, h *house, u *user.User) {
			p, err := h.Users.NewPassword(h.as(u.ID), h.Realm.ID, u.ID, "another kwpz raxv")
			if err == nil {
				err = h.Users.ChangePassword(h.as(u.ID), h.Realm.ID, u.ID, p, "")
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		"another factor": func(t *testing.T, h *house, u *user.User) { h.withPhone(t, u.ID, "+4930123456", true) },
		"a passkey": func(t *testing.T, h *house, u *user.User) {
			happened(t, h, event.Event{Type: "passkey.registered", RealmID: h.Realm.ID, Ref: u.Ref(), At: h.Clock.Now()})
		},
		"their own wish": func(t *testing.T, h *house, u *user.User) {
			devices, err := h.mfa.Devices(h.Context, h.Realm, u)
			if err != nil || len(devices) != 1 {
				t.Fatalf("devices %v, %v", devices, err)
			}
			if err := h.mfa.Distrust(h.as(u.ID), h.Realm.ID, u.ID, devices[0].ID); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, trusting)
			u := h.User(t, "ann@example.com")
			b := trusted(t, h, u, h.withApp(t, u.ID))
			if ok, err := h.mfa.Trusts(h.Context, h.Realm.ID, u.ID, b.jar["trusted-acme"]); err != nil || !ok {
				t.Fatalf("before: %v, %v", ok, err)
			}
			end(t, h, u)
			if ok, err := h.mfa.Trusts(h.Context, h.Realm.ID, u.ID, b.jar["trusted-acme"]); err != nil || ok {
				t.Errorf("after: %v, %v", ok, err)
			}
		})
	}
}

// happened tells the room of an event as the dispatcher does.
func happened(t *testing.T, h *house, e event.Event) {
	t.Helper()
	e.ID = "1"
	if err := h.DB.InTx(h.Context, func(ctx context.Context) error { return h.mfa.Handle(ctx, e) }); err != nil {
		t.Fatal(err)
	}
}

func TestAccountListsTrustedBrowsers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	u := h.User(t, "ann@example.com")
	key := h.withApp(t, u.ID)
	trusted(t, h, u, key)
	b := trusted(t, h, u, key)
	b.signIn(u.Email, "?acr_values=2")
	b.follow(b.press("verify", "code", h.code(t, key)))
	if got := b.open("/realms/acme/account/trusted-devices"); got.StatusCode != http.StatusOK || b.page.Find("button[value=forget]").Length() != 2 {
		t.Fatalf("the page = %d: %s", got.StatusCode, b.page.Find("main").Text())
	}
	if b.follow(b.press("forget")); b.page.Find("button[value=forget]").Length() != 1 || b.page.Find("[role=status]").Text() == "" {
		t.Errorf("after one: %s", b.page.Find("main").Text())
	}
	if b.follow(b.press("forget_all")); b.page.Find("button[value=forget]").Length() != 0 || b.jar["trusted-acme"] != "" {
		t.Errorf("after all: %s", b.page.Find("main").Text())
	}
	ben := h.User(t, "ben@example.com")
	if err := h.mfa.Distrust(h.as(ben.ID), h.Realm.ID, ben.ID, "0192f0c1-0000-7000-8000-000000000001"); !isFault(err, mfa.ErrDeviceNotFound) {
		t.Errorf("a device of nobody: %v", err)
	}
}

func TestSweepLeavesWhatStillCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, trusting)
	u := h.User(t, "ann@example.com")
	b := trusted(t, h, u, h.withApp(t, u.ID))
	h.recoveryCodes(t, u.ID)
	if n, err := h.mfa.Sweep(h.Context); n != 0 || err != nil {
		t.Errorf("Sweep = %d, %v; want 0", n, err)
	}
	h.Clock.Add(16 * time.Minute)
	if n, err := h.mfa.Sweep(h.Context); n != 1 || err != nil { // the sheet
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
	if ok, err := h.mfa.Trusts(h.Context, h.Realm.ID, u.ID, b.jar["trusted-acme"]); err != nil || !ok {
		t.Errorf("the device: %v, %v", ok, err)
	}
	h.Clock.Add(500 * 24 * time.Hour)
	if n, err := h.mfa.Sweep(h.Context); n != 1 || err != nil {
		t.Errorf("Sweep = %d, %v; want 1", n, err)
	}
}
