package registration_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/user"
)

func TestTheLinkSignsInTheBrowserThatAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	f := p.Form().Get("flow")
	got := p.Get(link(t, h.post.Last("ann@example.com").Data["link"]))
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/realms/acme/register/confirm" {
		t.Fatalf("the link = %d to %s; want the secret gone from the address", got.StatusCode, got.Header.Get("Location"))
	}
	for _, c := range got.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge <= 0 || c.MaxAge > 3600 {
			t.Errorf("cookie %s", c)
		}
	}
	if p.follow(got); p.Page.Find("#new_password").Length() != 0 || !strings.Contains(p.Page.Text(), "ann@example.com") {
		t.Fatalf("page %s", p.Body)
	}
	if got = p.Submit(); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != dialled+f || p.session() == nil {
		t.Errorf("the button = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	if p.Cookies["register-acme"] != "" {
		t.Error("the browser keeps the secret")
	}
	q := h.person(t)
	if got := q.follow(q.Get(link(t, h.post.Last("ann@example.com").Data["link"]))); got.StatusCode != http.StatusGone || q.Page.Find(`a[href="/realms/acme/register"]`).Length() != 1 {
		t.Errorf("a second time = %d; want 410 and a way on", got.StatusCode)
	}
}

// Somebody registers with another's address and hopes that its owner presses the
// button: then the owner's password counts, and nobody is signed in (FED-09).
func TestInAnotherBrowserThePasswordIsChosenAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	stranger, owner := h.person(t), h.person(t)
	stranger.asked("ann@example.com")
	owner.follow(owner.Get(link(t, h.post.Last("ann@example.com").Data["link"])))
	if owner.Page.Find("#new_password").Length() != 1 {
		t.Fatalf("page %s", owner.Body)
	}
	for password, beside := range map[string]string{"": "Enter a password.", "short": "longer"} {
		if got := owner.Submit("new_password", password); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(owner.Wrong("new_password"), beside) {
			t.Errorf("%q: %d %q", password, got.StatusCode, owner.Wrong("new_password"))
		}
	}
	got := owner.Submit("new_password", "my own lamps instead")
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/realms/acme/register/done" || owner.session() != nil {
		t.Fatalf("answer %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	if owner.follow(got); owner.Page.Find(`a[href="/realms/acme/account"]`).Length() != 1 {
		t.Errorf("page %s", owner.Body)
	}
	cred, err := h.Users.Credential(h.Context, h.Realm.ID, "ann@example.com")
	if err != nil || !cred.EmailVerified {
		t.Fatalf("account %+v, %v", cred, err)
	}
	for password, opens := range map[string]bool{chosen: false, "my own lamps instead": true} {
		if match, _, _ := h.Passwords.Verify(h.Context, string(cred.Hash), password); match != opens {
			t.Errorf("%q opens the account: %v", password, match)
		}
	}
	if got := stranger.code(h.post.Last("ann@example.com").Data["code"]); got.StatusCode == http.StatusSeeOther && stranger.session() != nil {
		t.Error("the stranger is signed in")
	}
}

func TestAfterTheFlowsEndTheLinkStillWorks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	h.Clock.Add(flow.Lifetime)
	p.follow(p.Get(link(t, h.post.Last("ann@example.com").Data["link"])))
	if p.Page.Find("#new_password").Length() != 1 {
		t.Fatalf("page %s", p.Body)
	}
	h.Clock.Add(24 * time.Hour)
	if got := p.Submit("new_password", chosen); got.StatusCode != http.StatusGone {
		t.Errorf("after a day = %d, want 410", got.StatusCode)
	}
}

// Scanners of mail follow every link, more than once, and fetch what is behind it.
func TestFollowingTheLinkChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	address := link(t, h.post.Last("ann@example.com").Data["link"])
	scanner := h.person(t)
	before := h.DB.Totals().Writes
	for range 3 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if got := scanner.Send(method, address, "", ""); got.StatusCode != http.StatusSeeOther {
				t.Fatalf("%s = %d", method, got.StatusCode)
			}
			scanner.Send(method, "/realms/acme/register/confirm", "", "")
		}
	}
	if n := h.DB.Totals().Writes - before; n != 0 {
		t.Errorf("%d writes", n)
	}
	for _, bad := range []string{"?token=", "?token=x", "?token=" + strings.Repeat("x", 5000), "?token=ch_" + strings.Repeat("A", 43), ""} {
		q := h.person(t)
		got := q.Get("/realms/acme/register/confirm" + bad)
		if got.StatusCode == http.StatusSeeOther {
			got = q.follow(got)
		}
		if got.StatusCode != http.StatusGone && got.StatusCode != http.StatusRequestURITooLong || got.StatusCode == http.StatusOK {
			t.Errorf("%.30s = %d, want 410", bad, got.StatusCode)
		}
		if got := q.Post("/realms/acme/register/confirm", nil); got.StatusCode != http.StatusGone {
			t.Errorf("POST after %.30s = %d, want 410", bad, got.StatusCode)
		}
	}
	if got := p.code(h.post.Last("ann@example.com").Data["code"]); got.StatusCode != http.StatusSeeOther {
		t.Errorf("the code after all that = %d", got.StatusCode)
	}
}

func TestFiftyAtOnceRedeemOneLinkOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	token := strings.TrimPrefix(link(t, h.post.Last("ann@example.com").Data["link"]), "/realms/acme/register/confirm?token=")
	ok := 0
	for _, err := range identitytest.Together(50, func(int) error { _, err := h.registration.Finish(h.Context, h.Realm, token, chosen); return err }) {
		if err == nil {
			ok++
		}
	}
	if ok != 1 {
		t.Errorf("%d of 50 redemptions, want one", ok)
	}
}

// Two registrations of one address: the second proof finds the account there.
func TestTheSecondProofFindsTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p, q := h.person(t), h.person(t)
	p.asked("ann@example.com")
	first := h.post.Last("ann@example.com").Data["code"]
	h.Clock.Add(time.Minute)
	q.asked("ann@example.com")
	second := h.post.Last("ann@example.com").Data["code"]
	if got := p.code(first); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("first = %d", got.StatusCode)
	}
	if got := q.code(second); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(q.Wrong("code"), "already") || q.session() != nil {
		t.Errorf("second = %d %q", got.StatusCode, q.Wrong("code"))
	}
}

// A person who is signed in as somebody else makes an account: that other session ends.
func TestTheBrowsersSessionBecomesTheNewPersons(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	other, _ := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "bob@example.com"})
	p.SignIn(h.House, other.ID)
	before := p.session()
	if got := p.code(h.post.Last("ann@example.com").Data["code"]); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("answer %d", got.StatusCode)
	}
	if s := p.session(); s == nil || s.UserID == other.ID {
		t.Errorf("session %+v", s)
	}
	if s, err := h.Sessions.ByID(h.Context, h.Realm.ID, before.ID); err != nil || s.Live(h.Clock.Now()) {
		t.Errorf("the other's session goes on: %v", err)
	}
	if sessions, _ := h.Grants.Revoked(); !slices.Contains(sessions, before.ID) {
		t.Error("what hung on it goes on")
	}
}
