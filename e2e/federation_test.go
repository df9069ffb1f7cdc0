package e2e_test

import (
	"path"
	"strings"
	"testing"

	"authserver/e2e"
	"authserver/identity/federation"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// houses are two of our own: people of the one sign in to the other.
type houses struct {
	*e2e.House            // where people want to go
	up         *e2e.House // where they are known
	party      *e2e.Party
	provider   *federation.Provider
}

func twoHouses(t *testing.T, trust bool, policy func(*realm.Policy)) *houses {
	t.Helper()
	h := &houses{House: e2e.Open(t), up: e2e.Open(t)}
	lifetimes(t, h.House, func(p *realm.Policy) {
		p.Registration = true
		if policy != nil {
			policy(p)
		}
	})
	client := h.up.NewParty(func(d *application.Draft) {
		d.Name, d.FirstParty, d.RedirectURIs = "Harbour town", true, []string{h.Issuer + "/federation/town/callback"}
	})
	h.party = h.NewParty(func(d *application.Draft) { d.FirstParty = true })
	var err error
	h.provider, err = h.Server.Federation.Create(h.Operator(), h.Realm.ID, federation.Draft{
		Slug: "town", Kind: federation.OIDC, Name: "Town", Issuer: h.up.Issuer, ClientID: client.ClientID, ClientSecret: client.Secret, TrustEmail: &trust,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// stranger is a browser of somebody without an account here.
func (h *houses) stranger(t *testing.T) *e2e.Person {
	t.Helper()
	p := &e2e.Person{Browser: e2e.NewBrowser(h.URL)}
	t.Cleanup(p.Close)
	return p
}

// through presses a button that leads to the other house, signs in there, and comes back.
func (h *houses) through(t *testing.T, here, there *e2e.Person, page *e2e.Page, button string) *e2e.Page {
	t.Helper()
	page, err := here.Press(t.Context(), page, button)
	if err != nil {
		t.Fatal(err)
	}
	address := page.Doc().Find("main a.button").AttrOr("href", "")
	if refresh := page.Doc().Find(`meta[http-equiv="refresh"]`).AttrOr("content", ""); refresh != "0; url="+address || !strings.HasPrefix(address, h.up.Issuer) {
		t.Fatalf("%v leads to %q, and by itself to %q", page, address, refresh)
	}
	back, err := there.Authorize(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	page, err = here.Click(t.Context(), back.String())
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func (h *houses) knock(t *testing.T, p *e2e.Person) (e2e.Attempt, *e2e.Page) {
	t.Helper()
	attempt := h.party.Begin()
	page, err := p.Click(t.Context(), attempt.URL)
	if err != nil {
		t.Fatal(err)
	}
	return attempt, page
}

func TestPeopleOfAnotherHouseSignIn(t *testing.T) {
	t.Parallel()
	h := twoHouses(t, true, nil)
	rosa := h.up.NewPerson("rosa@example.com")
	subject := ""
	for range 2 {
		here := h.stranger(t)
		attempt, page := h.knock(t, here)
		page = h.through(t, here, rosa, page, "Continue with Town")
		if !page.Left() {
			t.Fatalf("arrived at %v", page)
		}
		code, err := h.party.Code(attempt, page.URL)
		if err != nil {
			t.Fatal(err)
		}
		tokens, err := h.party.Exchange(t.Context(), code, attempt.Verifier)
		if err != nil {
			t.Fatal(err)
		}
		claims, err := h.party.Verify(t.Context(), tokens.IDToken, attempt.Nonce, tokens.AccessToken, h.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if subject != "" && claims["sub"] != subject {
			t.Errorf("came back as %s, was %s", claims["sub"], subject)
		}
		subject, _ = claims["sub"].(string)
	}
	u, err := h.Server.Users.ByID(t.Context(), h.Realm.ID, subject)
	if err != nil || u.Email != "rosa@example.com" || !u.EmailVerified || u.HasPassword {
		t.Errorf("account %+v, %v", u, err)
	}
}

// INC-029: what the other house asked for is its own matter.
func TestAnotherHouseDoesNotSpareTheSecondFactor(t *testing.T) {
	t.Parallel()
	h := twoHouses(t, true, func(p *realm.Policy) { p.SecondFactor = realm.Required })
	rosa, here := h.up.NewPerson("rosa@example.com"), h.stranger(t)
	_, page := h.knock(t, here)
	page = h.through(t, here, rosa, page, "Continue with Town")
	if page.Left() || page.URL.Path != "/realms/acme/mfa/setup" {
		t.Errorf("after the other house: %v", page)
	}
}

// The address of an account here, told by a house that is not trusted for it, opens nothing until the account is proven.
func TestAnAccountIsProvenBeforeItIsLinked(t *testing.T) {
	t.Parallel()
	h := twoHouses(t, false, nil)
	there, here := h.up.NewPerson("rosa@example.com"), h.NewPerson("rosa@example.com")
	_, page := h.knock(t, here)
	page = h.through(t, here, there, page, "Continue with Town")
	if path.Base(page.URL.Path) != "prove" {
		t.Fatalf("after the other house: %v", page)
	}
	page, err := here.Open(t.Context(), page.Doc().Find("main a.button").AttrOr("href", ""))
	if err == nil {
		page, err = here.SignIn(t.Context(), page)
	}
	if err != nil || page.Left() || page.URL.Path != "/realms/acme/federation/link" {
		t.Fatalf("after the password: %v, %v", page, err)
	}
	if page, err = here.Press(t.Context(), page, "link"); err != nil || !page.Left() {
		t.Fatalf("after saying yes: %v, %v", page, err)
	}
	h.Letter("rosa@example.com", "Town")
	// From now on the other house is enough.
	again := h.stranger(t)
	_, page = h.knock(t, again)
	if page = h.through(t, again, there, page, "Continue with Town"); !page.Left() {
		t.Errorf("the second time: %v", page)
	}
	if u, err := h.Server.Users.ByEmail(t.Context(), h.Realm.ID, "rosa@example.com"); err != nil || !u.HasPassword {
		t.Errorf("account %+v, %v", u, err)
	}
}

func TestLinksAreMadeAndTakenAwayInTheAccount(t *testing.T) {
	t.Parallel()
	h := twoHouses(t, false, nil)
	there, here := h.up.NewPerson("someone@else.example"), h.NewPerson("rosa@example.com")
	const list = "/realms/acme/account/providers"
	page, err := here.Open(t.Context(), list)
	if err == nil {
		page, err = here.SignIn(t.Context(), page)
	}
	if err != nil || page.URL.Path != list {
		t.Fatalf("the account: %v, %v", page, err)
	}
	page = h.through(t, here, there, page, "Link")
	if page.URL.Path != list || page.URL.Query().Get("done") != "provider_linked" || !strings.Contains(page.Text(), "someone@else.example") {
		t.Fatalf("after linking: %v", page)
	}
	other := h.stranger(t)
	_, at := h.knock(t, other)
	if at = h.through(t, other, there, at, "Continue with Town"); !at.Left() {
		t.Fatalf("the linked account: %v", at)
	}
	h.Letter("rosa@example.com", "Town")

	page, err = here.Open(t.Context(), page.Doc().Find(`main a[href$="/unlink"]`).AttrOr("href", ""))
	if err == nil {
		page, err = here.Press(t.Context(), page, "Remove link")
	}
	if err != nil || page.URL.Path != list || page.URL.Query().Get("done") != "provider_unlinked" {
		t.Fatalf("after unlinking: %v, %v", page, err)
	}
	// The session that it began has ended with it; the application is led to the sign-in again.
	_, at = h.knock(t, other)
	if at.Left() || path.Base(at.URL.Path) != "login" {
		t.Errorf("the session that it began: %v", at)
	}
}

// INC-095; that it is not taken either is identity/federation's to show.
func TestAnApplicationNamesItsProviders(t *testing.T) {
	t.Parallel()
	h := twoHouses(t, true, nil)
	h.party = h.NewParty(func(d *application.Draft) { d.Providers = []string{"another"} })
	here := h.stranger(t)
	_, page := h.knock(t, here)
	if page.Doc().Find(`form[action*="/federation/"]`).Length() != 0 {
		t.Error("the button is shown")
	}
}
