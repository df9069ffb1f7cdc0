package registration_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

func TestTheCodeMakesTheAccountAndSignsIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("Ann@Example.com")
	if _, err := h.Users.ByEmail(h.Context, h.Realm.ID, "ann@example.com"); err == nil {
		t.Fatal("there is an account before the address is proven")
	}
	if !strings.Contains(p.Page.Text(), "A•••@example.com") || strings.Contains(p.Page.Text(), "Ann@example.com") {
		t.Error("the page does not mask the address")
	}
	l := h.post.Last("Ann@example.com")
	if l.Kind != letter.Register || l.ApplicationID != h.app.ID || l.Language != "en" || !l.ExpiresAt.Equal(h.Clock.Now().Add(24*time.Hour)) {
		t.Fatalf("letter %+v", l)
	}
	f := p.Form()["flow"][0]
	got := p.code(l.Data["code"])
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != dialled+f {
		t.Fatalf("answer %d to %s: %s", got.StatusCode, got.Header.Get("Location"), p.Body)
	}
	u, err := h.Users.ByEmail(h.Context, h.Realm.ID, "ann@example.com")
	if err != nil || !u.EmailVerified || u.Name != "Ann" || u.Email != "Ann@example.com" || u.Locale != "en" || u.LastLoginAt.IsZero() {
		t.Fatalf("account %+v, %v", u, err)
	}
	s := p.session()
	if s == nil || s.UserID != u.ID || !slices.Equal(s.AMR, []string{"pwd"}) || s.ACR != "1" || s.ApplicationID != h.app.ID {
		t.Fatalf("session %+v", s)
	}
	resumed, err := h.Flows.Resume(h.Context, f, p.Cookies["browser-acme"])
	if err != nil || !resumed.Proven(flow.Login, s.ID) {
		t.Errorf("the flow does not know of it: %+v, %v", resumed, err)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	for _, want := range []string{"registration.requested", "user.created", "user.email_verified", "session.created", "registration.completed"} {
		if !slices.Contains(types, want) {
			t.Errorf("recorded %v, want %s", types, want)
		}
	}
	// And the password is the one that was chosen.
	q := h.person(t)
	q.follow(q.Get("/realms/acme/start/" + h.app.ID))
	if got := q.Submit("email", "ann@example.com", "password", chosen); got.StatusCode != http.StatusSeeOther {
		t.Errorf("signing in with the password = %d", got.StatusCode)
	}
}

// Everything that is not allowed answers like an address where nothing is.
func TestWhereNobodyMayRegisterThereIsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		realm, application bool
	}{"not in the realm": {false, true}, "not in the application": {true, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy := open()
			policy.Registration = c.realm
			h := newHouse(t, policy)
			if !c.application {
				h.app = h.register(t, "Closed", func(d *application.Draft) { d.NoRegistration = true })
			}
			p := h.person(t)
			p.follow(p.Get("/realms/acme/start/" + h.app.ID))
			if n := p.Page.Find(`a[href*="/register"]`).Length(); n != 0 {
				t.Error("the sign-in page offers it")
			}
			form := p.Form("email", "ann@example.com", "new_password", chosen, "action", "register")
			address := "/realms/acme/register?flow=" + form.Get("flow") + "&proof=" + form.Get("proof")
			p.Get("/realms/acme/nothing")
			for _, send := range []func() *http.Response{
				func() *http.Response { return p.Get(address) },
				func() *http.Response { return p.Post("/realms/acme/register", form) },
			} {
				if got := send(); got.StatusCode != http.StatusNotFound || !strings.Contains(p.Body, "Page not found") && !strings.Contains(p.Page.Text(), "There is") {
					t.Errorf("answer %d: %s", got.StatusCode, p.Body)
				}
			}
			if !c.realm {
				for _, path := range []string{"/register", "/register/confirm", "/register/confirm?token=x", "/register/done"} {
					if got := p.Get("/realms/acme" + path); got.StatusCode != http.StatusNotFound {
						t.Errorf("%s = %d, want 404", path, got.StatusCode)
					}
				}
				if got := p.Post("/realms/acme/register/confirm", nil); got.StatusCode != http.StatusNotFound {
					t.Errorf("POST = %d, want 404", got.StatusCode)
				}
			}
			if l := h.post.Letters("ann@example.com"); len(l) != 0 {
				t.Errorf("letters %v", l)
			}
		})
	}
}

func TestComingFromNowhereLeadsIntoTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	if got := p.follow(p.Get("/realms/acme/register")); got.StatusCode != http.StatusOK || p.Page.Find("#new_password").Length() != 1 {
		t.Fatalf("page %d", got.StatusCode)
	}
	p.follow(p.enter("ann@example.com", chosen))
	got := p.code(h.post.Last("ann@example.com").Data["code"])
	if got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/realms/acme/account/enter?flow=") {
		t.Errorf("answer %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
}

func TestWhatIsWrongIsSaidAtTheField(t *testing.T) {
	t.Parallel()
	policy := open()
	policy.Password.Upper, policy.Password.Digit = true, true
	h := newHouse(t, policy)
	p := h.person(t)
	p.begin()
	for _, c := range []struct{ email, password, field, says string }{
		{"", "", "email", "Enter your e-mail address."},
		{"", "", "new_password", "Enter a password."},
		{"ann", "Quiet lamps 2026", "email", "not a complete"},
		{"ann@example.com", "short", "new_password", "longer"},
		{"ann@example.com", "quiet lamps over water", "new_password", "upper-case letter. Use at least one digit"},
		{"ann@example.com", "Little Shop 2026", "new_password", "made of"},
	} {
		got := p.enter(c.email, c.password)
		if got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(p.Wrong(c.field), c.says) || p.Alert() == "" {
			t.Errorf("%q, %q: %d, %q beside %s, alert %q", c.email, c.password, got.StatusCode, p.Wrong(c.field), c.field, p.Alert())
		}
		if p.Page.Find("#email").AttrOr("value", "") != c.email || p.Page.Find("#new_password").AttrOr("value", "") != "" {
			t.Error("the address has to be typed again, or the password comes back")
		}
	}
	if got := p.Submit("email", "ann@example.com", "new_password", "Quiet lamps 9", "name", strings.Repeat("a", 600), "action", "register"); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("name") == "" {
		t.Errorf("a name without end: %d, %q", got.StatusCode, p.Wrong("name"))
	}
	if l := h.post.Letters("ann@example.com"); len(l) != 0 {
		t.Errorf("letters %v", l)
	}
}

func TestFiveWrongCodesAndNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	code := h.post.Last("ann@example.com").Data["code"]
	if got := p.code(""); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("code") == "" {
		t.Errorf("no code: %d %q", got.StatusCode, p.Wrong("code"))
	}
	for range challenge.Tries {
		if got := p.code(wrong(code)); got.StatusCode != http.StatusUnprocessableEntity || p.Wrong("code") == "" {
			t.Fatalf("wrong code: %d %q", got.StatusCode, p.Wrong("code"))
		}
	}
	if got := p.code(code); got.StatusCode != http.StatusUnprocessableEntity || p.session() != nil {
		t.Errorf("the right one after five: %d", got.StatusCode)
	}
	// Another letter brings another five.
	h.Clock.Add(challenge.Pause)
	if got := p.follow(p.Submit("action", "resend")); got.StatusCode != http.StatusOK || !strings.Contains(p.Page.Find("[role=status]").Text(), "on its way") {
		t.Fatalf("send again = %d: %s", got.StatusCode, p.Page.Find("main").Text())
	}
	if got := p.code(code); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the old code after a new letter: %d", got.StatusCode)
	}
	if got := p.code(" " + h.post.Last("ann@example.com").Data["code"] + " "); got.StatusCode != http.StatusSeeOther || p.session() == nil {
		t.Errorf("the new code: %d", got.StatusCode)
	}
}

func TestLettersHaveToWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	if wait := p.Page.Find("[data-wait]"); wait.AttrOr("data-wait", "") != "30" || !strings.Contains(wait.Text(), "0:30") {
		t.Errorf("the page says %q", wait.Text())
	}
	if got := p.Submit("action", "resend"); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "30" || p.Alert() == "" {
		t.Errorf("at once: %d, Retry-After %q", got.StatusCode, got.Header.Get("Retry-After"))
	}
	q := h.person(t) // another browser, the same address
	q.begin()
	if got := q.enter("ANN@example.com", chosen); got.StatusCode != http.StatusTooManyRequests || q.Wrong("email") == "" {
		t.Errorf("from elsewhere: %d %q", got.StatusCode, q.Wrong("email"))
	}
	for range challenge.Hourly - 1 {
		h.Clock.Add(challenge.Pause)
		p.follow(p.Submit("action", "resend"))
	}
	h.Clock.Add(challenge.Pause)
	if got := p.Submit("action", "resend"); got.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a sixth letter within the hour: %d", got.StatusCode)
	}
	if n := len(h.post.Letters("ann@example.com")); n != challenge.Hourly {
		t.Errorf("%d letters", n)
	}
}

func TestAMistypedAddressCanBeChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@exampel.com")
	typo := h.post.Last("ann@exampel.com").Data
	p.Get(p.Page.Find(`main a[href*="change=1"]`).AttrOr("href", ""))
	if p.Page.Find("#email").AttrOr("value", "") != "ann@exampel.com" || p.Page.Find("#name").AttrOr("value", "") != "Ann" {
		t.Error("everything has to be typed again")
	}
	p.follow(p.enter("ann@example.com", chosen))
	if got := p.code(typo["code"]); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the code of the first address: %d", got.StatusCode)
	}
	if got := h.person(t); got.follow(got.Get(link(t, typo["link"]))).StatusCode != http.StatusGone {
		t.Error("the link of the first address opens")
	}
	if got := p.code(h.post.Last("ann@example.com").Data["code"]); got.StatusCode != http.StatusSeeOther {
		t.Errorf("the code of the second: %d", got.StatusCode)
	}
}

func TestAFlowOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.NewRealm(t, "other", open())
	p, q := h.person(t), h.person(t)
	p.asked("ann@example.com")
	code := h.post.Last("ann@example.com").Data["code"]
	q.asked("bob@example.com")
	if got := q.code(code); got.StatusCode != http.StatusUnprocessableEntity || q.session() != nil {
		t.Errorf("the code in another flow: %d", got.StatusCode)
	}
	mine := p.Form("code", code, "action", "confirm")
	if got := q.Post("/realms/acme/register", mine); got.StatusCode != http.StatusBadRequest || q.session() != nil {
		t.Errorf("their form in another browser: %d", got.StatusCode)
	}
	if got := p.Post("/realms/other/register", mine); got.StatusCode != http.StatusBadRequest {
		t.Errorf("in another realm: %d", got.StatusCode)
	}
	token := strings.TrimPrefix(link(t, h.post.Last("ann@example.com").Data["link"]), "/realms/acme")
	if got := q.follow(q.Get("/realms/other" + token)); got.StatusCode != http.StatusGone {
		t.Errorf("the link in another realm: %d", got.StatusCode)
	}
	if got := p.Post("/realms/acme/register", mine); got.StatusCode != http.StatusSeeOther {
		t.Errorf("after all that, where it belongs: %d", got.StatusCode)
	}
}

func TestFiftyAtOnceMakeOneAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	code, form := h.post.Last("ann@example.com").Data["code"], p.Form()
	f, err := h.Flows.Resume(h.Context, form.Get("flow"), p.Cookies["browser-acme"])
	if err != nil {
		t.Fatal(err)
	}
	ok := 0
	for _, err := range identitytest.Together(50, func(int) error {
		copied := *f
		_, err := h.registration.Confirm(h.Context, h.Realm, &copied, code, nil)
		return err
	}) {
		if err == nil {
			ok++
		}
	}
	created := 0
	for _, e := range eventtest.Types(t, h.DB, h.Realm.ID) {
		if e == "user.created" {
			created++
		}
	}
	if ok != 1 || created != 1 {
		t.Errorf("%d of 50 confirmations, %d accounts", ok, created)
	}
}

func TestClosingTheRealmStopsWhoIsWaiting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t)
	p.asked("ann@example.com")
	closed := realm.DefaultPolicy()
	_, err := h.Realms.Update(h.Context, h.Realm.ID, func(r *realm.Realm) error {
		r.Policy = closed
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.code(h.post.Last("ann@example.com").Data["code"]); got.StatusCode != http.StatusNotFound || p.session() != nil {
		t.Errorf("answer %d, want 404", got.StatusCode)
	}
}
