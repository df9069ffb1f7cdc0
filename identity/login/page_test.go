package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/id"
	"authserver/internal/web/webtest"
)

const returnPath = "/realms/acme/oauth2/authorize?flow="

func TestRightPasswordLeadsBackToTheDispatcher(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	got := b.open(flow.Login, "?login_hint=ann%40example.com")
	if got.StatusCode != http.StatusOK || b.page.Find("#email").AttrOr("value", "") != "ann@example.com" || !strings.Contains(b.page.Text(), "Shop") {
		t.Fatalf("page = %d, e-mail %q", got.StatusCode, b.page.Find("#email").AttrOr("value", ""))
	}
	if csp := got.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' https://app.example") {
		t.Errorf("the form may not lead to the application: %s", csp)
	}
	f := b.flow()
	got = b.submit("email", " ANN@Example.com", "password", identitytest.Password)
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != returnPath+f.ID {
		t.Fatalf("answer = %d to %s, want 303 to %s", got.StatusCode, got.Header.Get("Location"), returnPath+f.ID)
	}
	for _, c := range got.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
			t.Errorf("cookie %s is not kept from scripts and other sites", c)
		}
	}
	s, err := h.Sessions.Current(h.Context, h.Realm, b.jar["session-acme"])
	if err != nil || s == nil || s.UserID != u.ID {
		t.Fatalf("session = %+v, %v; want one of %s", s, err, u.ID)
	}
	if f = b.flow(); !f.Proven(flow.Login, s.ID) || f.SessionID != s.ID {
		t.Errorf("the flow does not know of the sign-in: %+v", f)
	}
	if u, _ := h.Users.ByID(h.Context, h.Realm.ID, u.ID); !u.LastLoginAt.Equal(h.Clock.Now()) {
		t.Errorf("last sign-in %s", u.LastLoginAt)
	}
	// The same form once more: the hop is taken, and the page leads back into the flow.
	got = b.submit("email", "ann@example.com", "password", identitytest.Password)
	if link := b.page.Find(`a[href="` + returnPath + f.ID + `"]`); got.StatusCode != http.StatusBadRequest || link.Length() == 0 {
		t.Errorf("the same form again = %d, want 400 and a link back into the flow", got.StatusCode)
	}
}

func TestStartedElsewhereThePageDoesNotOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.NewRealm(t, "other")
	mine := h.browser(t)
	mine.open(flow.Login, "")
	address, form := mine.at, mine.form("email", "ann@example.com", "password", identitytest.Password)
	other := h.browser(t)
	other.open(flow.Login, "")

	tries := map[string]func() *http.Response{
		"no flow":             func() *http.Response { return h.browser(t).send(http.MethodGet, "/realms/acme/login", nil) },
		"no flow, but a form": func() *http.Response { return h.browser(t).send(http.MethodPost, "/realms/acme/login", url.Values{}) },
		"a browser without cookies": func() *http.Response {
			return h.browser(t).send(http.MethodGet, address, nil)
		},
		"another person's browser": func() *http.Response { return other.send(http.MethodGet, address, nil) },
		"their form":               func() *http.Response { return other.send(http.MethodPost, "/realms/acme/login", form) },
		"another realm": func() *http.Response {
			return mine.send(http.MethodGet, strings.Replace(address, "acme", "other", 1), nil)
		},
		"another flow's proof": func() *http.Response { return mine.send(http.MethodGet, replaced(address, "flow", id.New()), nil) },
		"no proof":             func() *http.Response { return mine.send(http.MethodGet, replaced(address, "proof", ""), nil) },
		"a proof that is none": func() *http.Response { return mine.send(http.MethodGet, replaced(address, "proof", "%00%ff"), nil) },
		"the login proof at /password": func() *http.Response {
			return mine.send(http.MethodGet, strings.Replace(address, "/login", "/password", 1), nil)
		},
		"the login proof at the choice": func() *http.Response {
			return mine.send(http.MethodGet, strings.Replace(address, "/login", "/select-account", 1), nil)
		},
	}
	for name, try := range tries {
		got := try()
		body := webtest.Body(t, got)
		if got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", name, got.StatusCode)
		}
		if strings.Contains(body, "<form") {
			t.Errorf("%s: a form was shown", name)
		}
	}
	if got := mine.send(http.MethodGet, address, nil); got.StatusCode != http.StatusOK {
		t.Errorf("after all that the page itself = %d, want 200", got.StatusCode)
	}
	h.Clock.Add(flow.Lifetime)
	if got := mine.send(http.MethodGet, address, nil); got.StatusCode != http.StatusBadRequest || !strings.Contains(mine.page.Text(), "too long") {
		t.Errorf("after its time = %d %s", got.StatusCode, mine.page.Find("main").Text())
	}
}

func TestTabsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	b := h.browser(t)
	b.open(flow.Login, "")
	first := b.form("email", "ann@example.com", "password", identitytest.Password)
	b.open(flow.Login, "")
	if got := b.submit("email", "ann@example.com", "password", identitytest.Password); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("second tab = %d", got.StatusCode)
	}
	if got := b.send(http.MethodPost, "/realms/acme/login", first); got.StatusCode != http.StatusSeeOther {
		t.Errorf("first tab = %d, want 303", got.StatusCode)
	}
}

// The four reasons must look alike to the last byte (ENU-01): a stranger learns
// neither who has an account nor what became of it.
func TestFailuresLookAlike(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"wrong", "locked", "suspended", "nopassword"} {
		n := user.NewUser{Email: name + "@example.com", Password: identitytest.Password}
		if name == "nopassword" {
			n.Password = ""
		}
		u, err := h.Users.Create(h.Context, h.Realm, n)
		if err != nil {
			t.Fatal(err)
		}
		switch name {
		case "locked":
			fail(t, h, u.Email, h.Realm.Policy.Lockout.Threshold)
		case "suspended":
			if err := h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test"); err != nil {
				t.Fatal(err)
			}
		}
	}
	fail(t, h, "unknownlocked@example.com", h.Realm.Policy.Lockout.Threshold)
	tries := map[string]string{ // address → password
		"unknown@example.com": identitytest.Password, "wrong@example.com": "not this one", "locked@example.com": identitytest.Password,
		"suspended@example.com": identitytest.Password, "nopassword@example.com": identitytest.Password,
		"unknownlocked@example.com": identitytest.Password, "no address": identitytest.Password,
	}
	var want string
	for email, password := range tries {
		b := h.browser(t)
		b.open(flow.Login, "")
		form := b.form("email", email, "password", password)
		got := b.submit("email", email, "password", password)
		html, err := b.page.Html()
		if err != nil {
			t.Fatal(err)
		}
		html = strings.NewReplacer(form.Get("flow"), "FLOW", form.Get("proof"), "PROOF", email, "EMAIL", url.QueryEscape(email), "EMAIL").Replace(html)
		header := got.Header.Clone()
		header.Del("X-Request-Id")
		var text strings.Builder
		if err := header.Write(&text); err != nil {
			t.Fatal(err)
		}
		answer := got.Status + "\n" + text.String() + html
		if want == "" {
			want = answer
		}
		if answer != want {
			t.Errorf("%s:\n%s\nwant\n%s", email, answer, want)
		}
		if got.StatusCode != http.StatusUnprocessableEntity || b.alert() != "The e-mail address or password is not right." || len(got.Cookies()) != 0 {
			t.Errorf("%s: %d, alert %q, cookies %v", email, got.StatusCode, b.alert(), got.Cookies())
		}
		if b.page.Find("#password").AttrOr("aria-invalid", "") != "true" || b.page.Find("#password").AttrOr("value", "") != "" {
			t.Errorf("%s: the password field is not marked, or shows what was typed", email)
		}
	}
}

func TestMissingInputIsNotAnAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	b := h.browser(t)
	b.open(flow.Login, "")
	for range h.Realm.Policy.Lockout.Threshold + 1 {
		if got := b.submit("email", "ann@example.com", "password", ""); got.StatusCode != http.StatusUnprocessableEntity || b.alert() == "" {
			t.Fatalf("no password = %d, alert %q", got.StatusCode, b.alert())
		}
	}
	if b.page.Find("#email").AttrOr("value", "") != "ann@example.com" {
		t.Error("the address has to be typed again")
	}
	if got := b.submit("email", "ann@example.com", "password", identitytest.Password); got.StatusCode != http.StatusSeeOther {
		t.Errorf("after that the right one = %d, want 303", got.StatusCode)
	}
}

func TestGetChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser(t)
	_, b.jar["session-acme"] = h.Session(t, h.User(t, "ann@example.com").ID)
	for _, step := range []flow.Step{flow.Login, flow.SelectAccount, flow.PasswordChange} {
		b.open(step, "")
		before := h.DB.Totals().Writes
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			b.send(method, b.at, nil)
		}
		if n := h.DB.Totals().Writes - before; n != 0 {
			t.Errorf("%s: reading the page wrote %d times", step, n)
		}
	}
}

func TestBusyHasherIsNotAFailure(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.User(t, "ann@example.com")
	b := h.browser(t)
	b.open(flow.Login, "")
	h.hash.busy.Store(true)
	for range h.Realm.Policy.Lockout.Threshold + 1 {
		got := b.submit("email", "ann@example.com", "password", identitytest.Password)
		if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" || b.page.Find("#email").AttrOr("value", "") != "ann@example.com" {
			t.Fatalf("busy = %d, Retry-After %q", got.StatusCode, got.Header.Get("Retry-After"))
		}
	}
	h.hash.busy.Store(false)
	if got := b.submit("email", "ann@example.com", "password", identitytest.Password); got.StatusCode != http.StatusSeeOther {
		t.Errorf("after that = %d, want 303: nothing was guessed meanwhile", got.StatusCode)
	}
}

func replaced(address, name, value string) string {
	path, query, _ := strings.Cut(address, "?")
	values, _ := url.ParseQuery(query)
	values.Set(name, value)
	return path + "?" + values.Encode()
}

// fail lets n guesses fail, each when the lock before it is over.
func fail(t *testing.T, h *house, email string, n int) {
	t.Helper()
	for range n {
		if err := guess(h, h.flow(t), email, "not this one"); err == nil {
			t.Fatal("a wrong password was right")
		}
		if n > h.Realm.Policy.Lockout.Threshold {
			h.Clock.Add(time.Hour)
		}
	}
}
