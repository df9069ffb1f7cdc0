package recovery_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
)

func (h *house) signIn(t *testing.T, email, password string) error {
	t.Helper()
	f, err := h.Flows.Start(h.Context, flow.Request{ApplicationID: h.app.ID, Browser: strings.Repeat("b", 46)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.login.Attempt(h.Context, h.Realm, f, login.Input{Email: email, Password: password})
	return err
}

func TestALinkSetsANewPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "Ann@example.com", Password: identitytest.Password, Locale: "de", MustChange: true})
	if err != nil {
		t.Fatal(err)
	}
	s, _ := h.Session(t, u.ID)
	b := h.browser(t)
	b.ask(" ann@EXAMPLE.com")
	l := h.newest(letter.Recover)
	if l == nil || l.To != "Ann@example.com" || l.UserID != u.ID || l.ApplicationID != h.app.ID || l.Language != "de" || l.Data["minutes"] != "30" ||
		!l.ExpiresAt.Equal(h.Clock.Now().Add(30*time.Minute)) {
		t.Fatalf("letter %+v", l)
	}
	if !strings.HasPrefix(l.Data["link"], issuer+"/realms/acme/recover/confirm?token=ch_") || len(l.Data["code"]) != 6 {
		t.Fatalf("letter holds %v", l.Data)
	}

	// The link leads to a clean address before anything is shown.
	first := b.send(http.MethodGet, l.Data["link"], nil)
	if first.StatusCode != http.StatusSeeOther || first.Header.Get("Location") != "/realms/acme/recover/confirm" {
		t.Fatalf("link = %d to %s", first.StatusCode, first.Header.Get("Location"))
	}
	for _, c := range first.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge <= 0 || c.MaxAge > 3600 {
			t.Errorf("cookie %s is not short-lived and kept from scripts", c)
		}
	}
	if got := b.follow(first); got.StatusCode != http.StatusOK || b.page.Find("#new_password").Length() != 1 {
		t.Fatalf("page = %d %s", got.StatusCode, b.page.Text())
	}
	for password, want := range map[string]string{"short": "longer", "password1234": "Many people", "ann-ann-ann-2026": "made of your name", "": "Enter a"} {
		if got := b.submit("new_password", password); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(b.alert(), want) {
			t.Errorf("%q = %d, alert %q", password, got.StatusCode, b.alert())
		}
	}
	if got := b.submit("new_password", newPassword); got.StatusCode != http.StatusOK || !strings.HasPrefix(b.at, "/realms/acme/recover/done?flow=") {
		t.Fatalf("set = %d at %s: %s", got.StatusCode, b.at, b.page.Find("main").Text())
	}
	flowID := b.at[strings.Index(b.at, "flow=")+5:]
	if next := b.page.Find("a.button").AttrOr("href", ""); next != "/realms/acme/oauth2/authorize?flow="+flowID {
		t.Errorf("goes on at %s, want the flow that was interrupted", next)
	}
	if b.jar["session-acme"] != "" {
		t.Error("a recovery signed the person in")
	}
	if now, _ := h.Sessions.ByID(h.Context, h.Realm.ID, s.ID); now == nil || now.EndedAt.IsZero() {
		t.Error("the sessions of before go on")
	}
	if _, users := h.Grants.Revoked(); !slices.Contains(users, u.ID) {
		t.Error("what was granted before goes on")
	}
	after, err := h.Users.ByID(h.Context, h.Realm.ID, u.ID)
	if err != nil || !after.EmailVerified || after.MustChangePassword {
		t.Errorf("afterwards %+v, %v", after, err)
	}
	if l := h.newest(letter.PasswordChanged); l == nil || l.To != "Ann@example.com" || l.Data["link"] != issuer+"/realms/acme/recover" {
		t.Errorf("nobody is told: %+v", l)
	}
	types := eventtest.Types(t, h.DB, h.Realm.ID)
	for _, want := range []string{"recovery.requested", "recovery.sent", "recovery.completed", "user.password_changed", "user.email_verified"} {
		if !slices.Contains(types, want) {
			t.Errorf("no event %s in %v", want, types)
		}
	}
	if err := h.signIn(t, u.Email, newPassword); err != nil {
		t.Errorf("the new password: %v", err)
	}

	// Once only, in this browser and in another.
	for name, b := range map[string]*browser{"this browser": b, "another": h.browser(t)} {
		if got := b.visit(l.Data["link"]); got.StatusCode != http.StatusGone || b.page.Find("form").Length() != 0 {
			t.Errorf("the link again in %s = %d", name, got.StatusCode)
		}
	}
}

func TestACodeSetsANewPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com"}) // federated only
	if err != nil {
		t.Fatal(err)
	}
	b := h.browser(t)
	if got := b.visit("/realms/acme/recover"); got.StatusCode != http.StatusOK || b.page.Find("#email").Length() != 1 {
		t.Fatalf("page = %d", got.StatusCode)
	}
	b.submit("email", u.Email)
	h.dispatch(t)
	if !strings.Contains(b.page.Find("main").Text(), u.Email) {
		t.Errorf("the page does not say where: %s", b.page.Find("main").Text())
	}
	code := h.newest(letter.Recover).Data["code"]
	if got := b.submit("action", "confirm", "code", ""); got.StatusCode != http.StatusUnprocessableEntity || b.alert() == "" {
		t.Errorf("no code = %d", got.StatusCode)
	}
	if got := b.submit("action", "confirm", "code", wrong(code)); got.StatusCode != http.StatusUnprocessableEntity || b.alert() == "" {
		t.Errorf("wrong code = %d, %q", got.StatusCode, b.alert())
	}
	if got := b.submit("action", "confirm", "code", code[:3]+" "+code[3:]); got.StatusCode != http.StatusOK || b.at != "/realms/acme/recover/confirm" {
		t.Fatalf("right code = %d at %s", got.StatusCode, b.at)
	}
	// The proof is this browser's.
	if other := h.browser(t); other.visit("/realms/acme/recover/confirm").StatusCode != http.StatusGone {
		t.Error("another browser goes on with the proof")
	}
	if got := b.submit("new_password", newPassword); got.StatusCode != http.StatusOK {
		t.Fatalf("set = %d", got.StatusCode)
	}
	if next := b.page.Find("a.button").AttrOr("href", ""); !strings.HasPrefix(next, "/realms/acme/account") {
		t.Errorf("goes on at %s, want the account", next)
	}
	if err := h.signIn(t, u.Email, newPassword); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestScannersAndReadersChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	b.ask(u.Email)
	link := h.newest(letter.Recover).Data["link"]
	before := h.DB.Totals().Writes
	for range 3 { // a scanner of mail, with and without cookies
		scanner := h.browser(t)
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			scanner.send(method, link, nil)
			scanner.send(method, "/realms/acme/recover/confirm", nil)
		}
		h.browser(t).send(http.MethodGet, "/realms/acme/recover/confirm", nil)
	}
	if n := h.DB.Totals().Writes - before; n != 0 {
		t.Errorf("following the link wrote %d times", n)
	}
	if got := b.visit(link); got.StatusCode != http.StatusOK {
		t.Errorf("after that the person themselves = %d", got.StatusCode)
	}
	// A form of another site does not set a password.
	r := b.form("new_password", newPassword)
	if got := b.crossSite("/realms/acme/recover/confirm", r); got.StatusCode != http.StatusForbidden {
		t.Errorf("another site's form = %d", got.StatusCode)
	}
}

func TestASecretDiesInTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(h *house, b *browser, u *user.User) error
		alive     bool
	}{
		"nothing":      {func(*house, *browser, *user.User) error { return nil }, true},
		"29 minutes":   {func(h *house, _ *browser, _ *user.User) error { h.Clock.Add(29 * time.Minute); return nil }, true},
		"30 minutes":   {func(h *house, _ *browser, _ *user.User) error { h.Clock.Add(30 * time.Minute); return nil }, false},
		"a newer one":  {func(h *house, b *browser, u *user.User) error { h.Clock.Add(time.Minute); b.ask(u.Email); return nil }, false},
		"one too soon": {func(h *house, b *browser, u *user.User) error { h.Clock.Add(time.Second); b.ask(u.Email); return nil }, true},
		"another password": {func(h *house, _ *browser, u *user.User) error {
			return h.Users.SetPassword(h.Context, h.Realm.ID, u.ID, "third kwpz raxv")
		}, false},
		"another address": {func(h *house, _ *browser, u *user.User) error {
			return h.Users.ChangeEmail(h.Context, h.Realm.ID, u.ID, u.Email, "anna@example.com")
		}, false},
		"suspension": {func(h *house, _ *browser, u *user.User) error {
			return h.Users.Suspend(h.Context, h.Realm.ID, u.ID, "test")
		}, false},
		"erasure": {func(h *house, _ *browser, u *user.User) error { return h.Users.Erase(h.Context, h.Realm.ID, u.ID) }, false},
		"a changed profile": {func(h *house, _ *browser, u *user.User) error {
			name := "Ann"
			_, err := h.Users.Update(h.Context, h.Realm.ID, u.ID, user.Profile{Name: &name})
			return err
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			u := h.User(t, "ann@example.com")
			b := h.browser(t)
			b.ask(u.Email)
			l := *h.newest(letter.Recover)
			if err := c.meanwhile(h, b, u); err != nil {
				t.Fatal(err)
			}
			want := http.StatusGone
			if c.alive {
				want = http.StatusOK
			}
			if got := h.browser(t).visit(l.Data["link"]); got.StatusCode != want {
				t.Errorf("the link = %d, want %d", got.StatusCode, want)
			}
			_, err := h.recovery.CheckCode(h.Context, h.Realm, "ann@example.com", l.Data["code"])
			// A code lives as long as its row; whether it may set anything is asked then.
			if name == "nothing" && err != nil {
				t.Errorf("the code: %v", err)
			}
		})
	}
}

// A secret of another purpose, realm or shape opens nothing here.
func TestOnlyItsOwnSecretOpens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.NewRealm(t, "other")
	u := h.User(t, "ann@example.com")
	for _, p := range []challenge.Purpose{
		challenge.VerifyEmail, challenge.Register, challenge.ChangeEmail, challenge.UndoEmail, challenge.SecondFactorEmail, challenge.CancelErasure,
	} {
		i, err := h.challenges.Issue(h.Context, challenge.Request{
			RealmID: h.Realm.ID, Purpose: p, UserID: u.ID, Address: u.Email, Lifetime: time.Hour, Code: true, Link: true, Always: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.browser(t).visit("/realms/acme/recover/confirm?token=" + i.Token); got.StatusCode != http.StatusGone {
			t.Errorf("%s opens the recovery: %d", p, got.StatusCode)
		}
	}
	h.Clock.Add(time.Hour)
	b := h.browser(t)
	b.ask(u.Email)
	link := h.newest(letter.Recover).Data["link"]
	for name, target := range map[string]string{
		"another realm": strings.Replace(link, "/acme/", "/other/", 1), "shortened": link[:len(link)-1], "lengthened": link + "x",
		"very long": link + strings.Repeat("x", 4000), "no secret": "/realms/acme/recover/confirm?token=x", "no link at all": "/realms/acme/recover/confirm",
	} {
		if got := h.browser(t).visit(target); got.StatusCode != http.StatusGone {
			t.Errorf("%s: %d", name, got.StatusCode)
		}
	}
	for name, cookie := range map[string]string{"forged": "v1.x.y", "the other cookie": b.jar["recovery-acme"], "garbage": "\x01"} {
		other := h.browser(t)
		other.jar["recovery-proof-acme"] = cookie
		if got := other.visit("/realms/acme/recover/confirm"); got.StatusCode != http.StatusGone {
			t.Errorf("cookie %s: %d", name, got.StatusCode)
		}
	}
	// One person's proof, another's form.
	stranger := h.browser(t)
	if got := stranger.send(http.MethodPost, "/realms/acme/recover/confirm", url.Values{"new_password": {newPassword}, "email": {u.Email}}); got.StatusCode != http.StatusGone {
		t.Errorf("a form without proof: %d", got.StatusCode)
	}
}

func TestARecoveryOpensALockedAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	for range h.Realm.Policy.Lockout.Hard {
		_ = h.signIn(t, u.Email, "not this one")
		h.Clock.Add(time.Hour)
	}
	if err := h.signIn(t, u.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Fatalf("not locked: %v", err)
	}
	b := h.browser(t)
	b.ask(u.Email)
	b.visit(h.newest(letter.Recover).Data["link"])
	if got := b.submit("new_password", newPassword); got.StatusCode != http.StatusOK {
		t.Fatalf("set = %d", got.StatusCode)
	}
	if err := h.signIn(t, u.Email, newPassword); err != nil {
		t.Errorf("after the recovery: %v", err)
	}
}

func TestResendWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	b := h.browser(t)
	b.ask(u.Email)
	if got := b.submit("action", "resend"); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "30" || b.alert() == "" {
		t.Errorf("at once = %d, Retry-After %q", got.StatusCode, got.Header.Get("Retry-After"))
	}
	h.Clock.Add(30 * time.Second)
	if got := b.submit("action", "resend"); got.StatusCode != http.StatusOK || b.page.Find("[role=status]").Text() == "" {
		t.Errorf("in time = %d", got.StatusCode)
	}
	h.dispatch(t)
	if n := len(h.post.letters); n != 2 {
		t.Errorf("%d letters, want 2", n)
	}
	for range 10 { // five an hour, whatever is asked
		h.Clock.Add(time.Minute)
		b.submit("action", "resend")
		h.dispatch(t)
	}
	if n := len(h.post.letters); n != challenge.Hourly {
		t.Errorf("%d letters within the hour, want %d", n, challenge.Hourly)
	}
}

func TestThePageDoesNotOpenWithoutItsFlow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser(t)
	b.visit("/realms/acme/start")
	form := b.form("email", "ann@example.com")
	if got := h.browser(t).send(http.MethodPost, "/realms/acme/recover", form); got.StatusCode != http.StatusBadRequest {
		t.Errorf("another browser's form = %d", got.StatusCode)
	}
	if got := h.browser(t).send(http.MethodPost, "/realms/acme/recover", url.Values{"email": {"ann@example.com"}}); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a form of no flow = %d", got.StatusCode)
	}
	if got := b.post("email", "ann at example.com"); got.StatusCode != http.StatusUnprocessableEntity || b.page.Find("#email").AttrOr("value", "") != "ann at example.com" {
		t.Errorf("no address = %d", got.StatusCode)
	}
	if got := b.post("email", ""); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nothing = %d", got.StatusCode)
	}
	for _, path := range []string{"/realms/acme/recover/sent", "/realms/acme/recover/done"} {
		if got := h.browser(t).visit(path); got.StatusCode != http.StatusOK {
			t.Errorf("%s from nowhere = %d", path, got.StatusCode)
		}
	}
	if got := eventtest.Types(t, h.DB, h.Realm.ID); slices.Contains(got, "recovery.requested") {
		t.Error("a recovery was requested")
	}
}
