package contact_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
)

func TestTheCodeVerifiesAndLeadsOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	p := h.person(t, u)
	if got := p.step("yes"); got.StatusCode != http.StatusOK || !strings.Contains(p.Page.Text(), "a•••@example.com") {
		t.Fatalf("page %d: %s", got.StatusCode, p.Body)
	}
	l := h.post.Last("ann@example.com")
	if l.Kind != letter.VerifyEmail || l.UserID != u.ID || l.ApplicationID != h.app.ID || !l.ExpiresAt.Equal(h.Clock.Now().Add(24*time.Hour)) {
		t.Fatalf("letter %+v", l)
	}
	f := p.Form().Get("flow")
	for range challenge.Tries - 1 {
		if got := p.press("confirm", "code", wrong(l.Data["code"])); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("code") == "" {
			t.Fatalf("wrong code: %d %q", got.StatusCode, p.Wrong("code"))
		}
	}
	got := p.press("confirm", "code", l.Data["code"])
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != dialled+f {
		t.Fatalf("answer %d to %s: %s", got.StatusCode, got.Header.Get("Location"), p.Body)
	}
	if !h.user(t, u.ID).EmailVerified {
		t.Error("the address is not verified")
	}
	resumed, err := h.Flows.Resume(h.Context, f, p.Cookies["browser-acme"])
	if err != nil || !resumed.Proven(flow.VerifyEmail, p.session().ID) {
		t.Errorf("the flow does not know of it: %+v, %v", resumed, err)
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); !slices.Contains(types, "user.email_verified") {
		t.Errorf("recorded %v", types)
	}
	if got := p.step("yes"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), dialled) {
		t.Errorf("the step of somebody who is verified: %d", got.StatusCode)
	}
}

// Opening the page sends the first letter and no other, however often it is opened.
func TestOnlyTheFirstLookSends(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t, h.unproven(t, "ann@example.com"))
	got := p.Get("/realms/acme/start/yes")
	address := got.Header.Get("Location")
	p.Send(http.MethodHead, address, "", "")
	if n := len(h.post.Letters("ann@example.com")); n != 0 {
		t.Errorf("HEAD sent %d letters", n)
	}
	p.Get(address)
	before := h.DB.Totals().Writes
	for range 3 {
		h.Clock.Add(challenge.Pause)
		p.Get(address)
		p.Send(http.MethodHead, address, "", "")
	}
	if n, writes := len(h.post.Letters("ann@example.com")), h.DB.Totals().Writes-before; n != 1 || writes != 0 {
		t.Errorf("%d letters, %d writes by looking again", n, writes)
	}
	// A person without the flow's proof, or without the session, sends nothing either.
	if got := h.stranger(t); got.Get(address).StatusCode != http.StatusBadRequest {
		t.Error("another browser gets in")
	}
}

func TestLettersHaveToWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t, h.unproven(t, "ann@example.com"))
	p.step("yes")
	first := h.post.Last("ann@example.com").Data
	if wait := p.Page.Find("[data-wait]").AttrOr("data-wait", ""); wait != "30" {
		t.Errorf("wait %q", wait)
	}
	if got := p.press("resend"); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "30" || p.Alert() == "" {
		t.Errorf("at once: %d", got.StatusCode)
	}
	h.Clock.Add(challenge.Pause)
	if p.follow(p.press("resend")); p.Page.Find("[role=status]").Length() != 1 {
		t.Error("the page does not say that a letter was sent")
	}
	if got := p.press("confirm", "code", first["code"]); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the old code: %d", got.StatusCode)
	}
	if q := h.stranger(t); q.follow(q.Get(link(t, first["link"]))).StatusCode != http.StatusGone {
		t.Error("the old link opens")
	}
}

func TestAMistypedAddressIsReplacedOnceProven(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@exampel.com")
	p := h.person(t, u)
	p.step("yes")
	p.Get(p.Page.Find(`main a[href*="change=1"]`).AttrOr("href", ""))
	if got := p.press("change", "email", ""); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("email") == "" {
		t.Errorf("no address: %d", got.StatusCode)
	}
	if got := p.press("change", "email", "nonsense"); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("email") == "" {
		t.Errorf("no address: %d", got.StatusCode)
	}
	p.follow(p.press("change", "email", "Ann@example.com"))
	if !strings.Contains(p.Page.Text(), "A•••@example.com") || h.user(t, u.ID).Email != "ann@exampel.com" {
		t.Fatalf("the account has %s, the page says %s", h.user(t, u.ID).Email, p.Page.Find("main").Text())
	}
	if got := p.press("confirm", "code", h.post.Last("ann@exampel.com").Data["code"]); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the code of the mistyped address: %d", got.StatusCode)
	}
	if got := p.press("confirm", "code", h.post.Last("Ann@example.com").Data["code"]); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("the code: %d: %s", got.StatusCode, p.Body)
	}
	if got := h.user(t, u.ID); got.Email != "Ann@example.com" || !got.EmailVerified {
		t.Errorf("account %+v", got)
	}
	// Whoever reads the mistyped address's mail is a stranger: no way back for them.
	for _, l := range h.post.Letters("ann@exampel.com") {
		if l.Kind != letter.VerifyEmail {
			t.Errorf("the mistyped address got %s", l.Kind)
		}
	}
	if q := h.stranger(t); q.follow(q.Get(link(t, h.post.Last("ann@exampel.com").Data["link"]))).StatusCode != http.StatusGone {
		t.Error("the link to the mistyped address opens still")
	}
}

func TestTheOldAddressAfterAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	p := h.person(t, u)
	p.step("yes")
	change := p.Page.Find(`main a[href*="change=1"]`).AttrOr("href", "")
	p.Get(change)
	p.follow(p.press("change", "email", "other@example.com"))
	p.Get(change)
	p.follow(p.press("change", "email", "ANN@example.com"))
	if got := p.press("confirm", "code", h.post.Last("ann@example.com").Data["code"]); got.StatusCode != http.StatusSeeOther || !h.user(t, u.ID).EmailVerified {
		t.Errorf("answer %d", got.StatusCode)
	}
}

// Who only finds a browser in which somebody is signed in cannot give their account
// another address.
func TestChangingNeedsASignInWithinTheFlow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	p := h.person(t, u)
	p.step("no")
	if p.Page.Find(`a[href*="change=1"]`).Length() != 0 {
		t.Error("the page offers it")
	}
	form := p.Form("action", "change", "email", "thief@example.org")
	p.Get("/realms/acme/verify-email?flow=" + form.Get("flow") + "&proof=" + form.Get("proof") + "&change=1")
	if p.Page.Find("#email").Length() != 0 {
		t.Error("the form is shown")
	}
	if got := p.Post("/realms/acme/verify-email", form); got.StatusCode != http.StatusSeeOther || len(h.post.Letters("thief@example.org")) != 0 {
		t.Errorf("answer %d, letters %v", got.StatusCode, h.post.Letters("thief@example.org"))
	}
}

// The step comes before the second factor: a stolen password alone must not replace the address of who has one.
func TestChangingNeedsTheSecondFactorToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unproven(t, "ann@example.com")
	if err := h.Users.VerifyPhone(h.Context, h.Realm.ID, u.ID, mobile); err != nil { // which is a factor here
		t.Fatal(err)
	}
	p := h.person(t, u)
	p.step("yes")
	if p.Page.Find(`a[href*="change=1"]`).Length() != 0 {
		t.Error("the page offers it")
	}
	got := p.Post("/realms/acme/verify-email", p.Form("action", "change", "email", "thief@example.org"))
	if got.StatusCode != http.StatusSeeOther || len(h.post.Letters("thief@example.org")) != 0 {
		t.Errorf("answer %d, letters %v", got.StatusCode, h.post.Letters("thief@example.org"))
	}
	if got := p.follow(got); got.StatusCode == http.StatusInternalServerError {
		t.Errorf("then %d", got.StatusCode)
	}
}

func TestTheStepBelongsToItsBrowserAndPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.NewRealm(t, "other")
	ann, bob := h.unproven(t, "ann@example.com"), h.unproven(t, "bob@example.com")
	p, q := h.person(t, ann), h.person(t, bob)
	p.step("yes")
	q.step("yes")
	code := h.post.Last("ann@example.com").Data["code"]
	form := p.Form("action", "confirm", "code", code)
	if got := q.press("confirm", "code", code); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("another person's code: %d", got.StatusCode)
	}
	if got := q.Post("/realms/acme/verify-email", form); got.StatusCode != http.StatusBadRequest {
		t.Errorf("another browser's form: %d", got.StatusCode)
	}
	if got := p.Post("/realms/other/verify-email", form); got.StatusCode != http.StatusBadRequest {
		t.Errorf("another realm: %d", got.StatusCode)
	}
	if got := p.Post("/realms/acme/login", form); got.StatusCode != http.StatusNotFound {
		t.Errorf("another step: %d", got.StatusCode)
	}
	if h.user(t, ann.ID).EmailVerified || h.user(t, bob.ID).EmailVerified {
		t.Fatal("somebody is verified")
	}
	// Signed out, the step leads back to the dispatcher.
	delete(p.Cookies, "session-acme")
	if got := p.Post("/realms/acme/verify-email", form); got.StatusCode != http.StatusSeeOther || h.user(t, ann.ID).EmailVerified {
		t.Errorf("signed out: %d", got.StatusCode)
	}
}
