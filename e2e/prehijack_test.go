package e2e_test

import (
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/user"
)

const lamps = "seven-Lamps-on-a-wall"

// Somebody makes an account with another's address, and asks for one of their own. The owner comes through a provider that is
// trusted for the address while the link is on its way; it needs no session.
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
