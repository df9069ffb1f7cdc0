package e2e_test

import (
	"path"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/user"
	"authserver/tenant/realm"
)

const lamps = "seven-Lamps-on-a-wall"

// Somebody makes an account with another's address, which no provider vouches for, and waits. The owner of the address comes
// to a password by a recovery: from then on the account is theirs alone (FED-09).
func TestARecoveryPutsOutWhoMadeTheAccountBefore(t *testing.T) {
	t.Parallel()
	for name, verify := range map[string]bool{"the realm wants addresses proven": true, "the realm does not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := twoHouses(t, false, func(p *realm.Policy) { p.VerifyEmail = verify })
			mallory, trap := h.up.NewPerson("rosa@example.com"), h.stranger(t) // the other house believes everything
			_, page := h.knock(t, trap)
			if page = h.through(t, trap, mallory, page, "Continue with Town"); page.Left() == verify {
				t.Fatalf("the trap is not set: %v", page)
			}
			u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, "rosa@example.com")
			if err != nil || u.EmailVerified {
				t.Fatalf("the trap is not set: %+v, %v", u, err)
			}

			h.Clock.Play(time.Minute) // a letter about the address has just left
			rosa := h.stranger(t)
			page, err = rosa.Open(t.Context(), "/realms/acme/recover")
			if err == nil {
				_, err = rosa.Submit(t.Context(), mainForm(t, page).Set("email", "rosa@example.com"))
			}
			if err != nil {
				t.Fatal(err)
			}
			page, err = rosa.Click(t.Context(), h.LetterLink("rosa@example.com", "password"))
			if err == nil {
				page, err = rosa.Submit(t.Context(), mainForm(t, page).Set("new_password", lamps))
			}
			if err != nil || path.Base(page.URL.Path) != "done" {
				t.Fatalf("after the new password: %v, %v", page, err)
			}

			_, page = h.knock(t, trap)
			if !page.Left() {
				page = h.through(t, trap, mallory, page, "Continue with Town")
			}
			if page.Left() || path.Base(page.URL.Path) != "prove" {
				t.Errorf("who made the account before arrives at %v", page)
			}
		})
	}
}

// The same where the owner comes through a provider that is trusted, while a change of address that the other one asked for
// is on its way. Its link needs no session.
func TestAReclaimedAccountKeepsItsAddress(t *testing.T) {
	t.Parallel()
	h := twoHouses(t, true, nil)
	mallory := &e2e.Person{Browser: e2e.NewBrowser(h.URL), Email: "rosa@example.com", Password: lamps}
	t.Cleanup(mallory.Close)
	u, err := h.Server.Users.Create(h.Operator(), h.Realm, user.NewUser{Email: mallory.Email, Password: mallory.Password})
	if err != nil {
		t.Fatal(err)
	}
	page, err := mallory.Open(t.Context(), "/realms/acme/account/email/change")
	if err == nil {
		page, err = mallory.SignIn(t.Context(), page)
	}
	if err == nil {
		page, err = mallory.Submit(t.Context(), mainForm(t, page).Set("email", "mallory@evil.example"))
	}
	if err != nil || page.URL.Query().Get("done") != "code_sent" {
		t.Fatalf("the trap is not set: %v, %v", page, err)
	}
	link := h.LetterLink("mallory@evil.example")

	h.Clock.Play(time.Minute)
	rosa, here := h.up.NewPerson("rosa@example.com"), h.stranger(t)
	_, page = h.knock(t, here)
	if page = h.through(t, here, rosa, page, "Continue with Town"); !page.Left() {
		t.Fatalf("the owner of the address arrives at %v", page)
	}
	page, err = mallory.Click(t.Context(), link)
	if err == nil && page.Status == 200 {
		_, err = mallory.Submit(t.Context(), mainForm(t, page))
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.Server.Users.ByID(t.Context(), h.Realm.ID, u.ID); err != nil || got.Email != "rosa@example.com" {
		t.Errorf("the account has %s, %v", got.Email, err)
	}
}

// mainForm is the form of what the page is about.
func mainForm(t *testing.T, page *e2e.Page) *e2e.Form {
	t.Helper()
	f, err := page.Form(strings.Join(strings.Fields(page.Doc().Find("main button:not([type=button])").First().Text()), " "))
	if err != nil {
		t.Fatalf("%v: %v", page, err)
	}
	return f
}
