package e2e_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/internal/config"
	"authserver/tenant/realm"
	"authserver/watch/security"
)

// A realm may refuse new devices: the right password gets the answer of a wrong one, and its person a letter.
func TestANewDeviceIsRefused(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, rosa)
	setPolicy(t, h, func(p *realm.Policy) { p.Risk.NewDevice = realm.Block })
	thief := elsewhere(t, h, rosa)
	page, err := thief.Click(t.Context(), party.Begin().URL)
	if err == nil {
		page, err = thief.SignIn(t.Context(), page)
	}
	if err != nil || page.Heading() != "Sign in" || !strings.Contains(page.Alert(), "not right") {
		t.Fatalf("a new device: %v, %v", page, err)
	}
	if n := len(recorded[security.SignInBlocked](t, h)); n != 1 {
		t.Errorf("%d events, want one", n)
	}
	if n := lettersAbout(h, rosa, "A sign-in was blocked"); n != 1 {
		t.Errorf("%d letters, want one", n)
	}
	all, err := h.Server.Security.Events(t.Context(), h.Realm.ID, security.Filter{Type: "security.sign_in_blocked", Severity: security.Warning, Limit: 10})
	if err != nil || len(all) != 1 || all[0].UserID == "" || all[0].Details.Signals[0] != security.NewDevice {
		t.Errorf("administrators see %+v, %v", all, err)
	}
	if d := devicesOf(t, h, rosa); len(d) != 1 {
		t.Errorf("a refused device is known: %+v", d)
	}
	signOut(t, h, rosa)
	signedIn(t, party, rosa) // the known one goes on
}

// Or demand more there: who has no factor reads a code in their mail, and nothing opens before.
func TestANewDeviceIsHeldUntilMoreIsShown(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, rosa)
	setPolicy(t, h, func(p *realm.Policy) { p.Risk.NewDevice = realm.StepUp })
	there := elsewhere(t, h, rosa)
	for range 2 { // coming again with the same cookie does not help
		page, err := there.Open(t.Context(), "/realms/acme/account")
		if err == nil && page.Heading() == "Sign in" {
			page, err = there.SignIn(t.Context(), page)
		}
		if err != nil || !strings.HasSuffix(page.URL.Path, "/mfa") {
			t.Fatalf("a new device: %v, %v", page, err)
		}
	}
	if d := devicesOf(t, h, rosa); len(d) != 2 || d[0].Status != security.StatusHeld {
		t.Fatalf("while it is held: %+v", d)
	}
	page, err := there.Open(t.Context(), "/realms/acme/account")
	if err != nil {
		t.Fatal(err)
	}
	page = press(t, there, page, "send")
	f, err := page.Form("")
	if err != nil {
		t.Fatal(err)
	}
	f.Set("code", h.LetterCode(rosa.Email, "code"))
	f.Set("action", "")
	if page, err = there.Submit(t.Context(), f); err != nil || page.Status != http.StatusOK || strings.HasSuffix(page.URL.Path, "/mfa") {
		t.Fatalf("after the code: %v, %v", page, err)
	}
	open(t, there, "")
	if d := devicesOf(t, h, rosa); d[0].Status != security.StatusNew {
		t.Errorf("after the code: %+v", d[0])
	}
	signedIn(t, party, there)
}

// Many accounts from one network, and very many failures in all, make a sign-in there unusual.
func TestAttacksMakeSignInsUnusual(t *testing.T) {
	t.Parallel()
	h := e2e.OpenWith(t, func(c *config.Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	party, rosa := h.NewParty(nil), h.NewPerson("rosa@example.com")
	signedIn(t, party, rosa)
	setPolicy(t, h, func(p *realm.Policy) {
		p.Risk.SprayingAccounts, p.Risk.StuffingFailures, p.Risk.Spraying = 3, 10, realm.Block
	})
	for i, name := range []string{"ada", "ben", "cyd", "dan", "eve", "fay", "gus", "hal", "ivy", "joe"} {
		nobody := &e2e.Person{Browser: e2e.NewBrowser(h.URL), Email: name + "@example.com", Password: "wrong"}
		page, err := nobody.Click(t.Context(), party.Begin().URL)
		if err == nil {
			_, err = nobody.SignIn(t.Context(), page)
		}
		if err != nil {
			t.Fatal(i, err)
		}
		nobody.Close()
	}
	h.Letters("") // what happened is handed on
	if got := recorded[security.Spraying](t, h); len(got) != 1 || got[0].Accounts != 3 || got[0].Network != "127.0.0.0" {
		t.Errorf("spraying: %+v", got)
	}
	if got := recorded[security.Stuffing](t, h); len(got) != 1 || got[0].Failures != 10 {
		t.Errorf("stuffing: %+v", got)
	}
	there := elsewhere(t, h, rosa)
	page, err := there.Click(t.Context(), party.Begin().URL)
	if err == nil {
		page, err = there.SignIn(t.Context(), page)
	}
	if err != nil || !strings.Contains(page.Alert(), "not right") {
		t.Fatalf("from the network of the attack: %v, %v", page, err)
	}
	got := recorded[security.SignInBlocked](t, h)
	if len(got) != 1 || len(got[0].Signals) != 3 {
		t.Errorf("signals: %+v", got)
	}
	signOut(t, h, rosa)
	signedIn(t, party, rosa) // the person's own browser in that network is not held responsible
}
