package password_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/password"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const newPassword = "four lamps on a wall"

// postbox keeps what would be sent.
type postbox struct {
	mu      sync.Mutex
	letters []letter.Letter
}

func (p *postbox) Send(_ context.Context, l letter.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, l)
	return l.Check()
}

type house struct {
	*identitytest.House
	login      *login.Service
	challenges *challenge.Service
	post       *postbox
	web        http.Handler
}

func newHouse(t *testing.T, policy ...realm.Policy) *house {
	t.Helper()
	base := identitytest.New(t, policy...)
	h := &house{House: base, post: &postbox{}}
	h.challenges = challenge.New(challenge.Deps{DB: base.DB, Ring: base.Ring, Now: base.Clock.Now})
	apps := application.New(application.Deps{DB: base.DB, Events: base.Events, Now: base.Clock.Now})
	h.login = login.New(login.Deps{
		DB: base.DB, Events: base.Events, Ring: base.Ring, Passwords: base.Passwords, Users: base.Users,
		Sessions: base.Sessions, Flows: base.Flows, Applications: apps, Now: base.Clock.Now,
	})
	room := password.New(password.Deps{
		DB: base.DB, Users: base.Users, Sessions: base.Sessions, Challenges: h.challenges, Logins: h.login, Letters: h.post,
		Issuer: func(slug string) string { return "https://id.example/realms/" + slug }, Now: base.Clock.Now,
	})
	server := web.New(web.Deps{
		Realms: base.Realms, Persons: identitytest.Persons{House: base}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now: base.Clock.Now, PublicURL: &url.URL{Scheme: "http", Host: "auth.test"},
	})
	room.Mount(server.Mux())
	h.web = server.Handler()
	return h
}

// person is signed in with a browser.
type person struct {
	t      *testing.T
	h      *house
	user   *user.User
	id     string // of the session
	cookie string
	page   *goquery.Document
}

func (h *house) person(t *testing.T, u *user.User, amr ...string) *person {
	t.Helper()
	s, value, err := h.Sessions.Begin(h.Context, h.Realm, u.ID, amr, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t: t, h: h, user: u, id: s.ID, cookie: value}
}

func (p *person) send(method, path, kind, body string) *http.Response {
	p.t.Helper()
	var r *http.Request
	if body == "" {
		r = httptest.NewRequestWithContext(p.t.Context(), method, "http://auth.test"+path, nil)
	} else {
		r = httptest.NewRequestWithContext(p.t.Context(), method, "http://auth.test"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if p.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "session-acme", Value: p.cookie})
	}
	w := httptest.NewRecorder()
	p.h.web.ServeHTTP(w, r)
	got := w.Result()
	for _, c := range got.Cookies() {
		if c.Name == "session-acme" {
			p.cookie = c.Value
		}
	}
	if strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		var err error
		if p.page, err = goquery.NewDocumentFromReader(got.Body); err != nil {
			p.t.Fatal(err)
		}
	}
	return got
}

func (p *person) open() *http.Response {
	return p.send(http.MethodGet, "/realms/acme/account/password", "", "")
}

func (p *person) submit(current, chosen string) *http.Response {
	form := url.Values{"password": {current}, "new_password": {chosen}}
	return p.send(http.MethodPost, "/realms/acme/account/password", "application/x-www-form-urlencoded", form.Encode())
}

func (p *person) put(body any) (int, string) {
	p.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	got := p.send(http.MethodPut, "/api/v1/realms/acme/me/password", "application/json", string(text))
	var problem struct{ Code, Field string }
	_ = json.NewDecoder(got.Body).Decode(&problem)
	return got.StatusCode, strings.TrimSpace(problem.Code + " " + problem.Field)
}

func (p *person) alert() string {
	return strings.Join(strings.Fields(p.page.Find("[role=alert]").Text()), " ")
}

func (h *house) signIn(t *testing.T, email, secret string) error {
	t.Helper()
	f, err := h.Flows.Start(h.Context, flow.Request{Browser: strings.Repeat("b", 46)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.login.Attempt(h.Context, h.Realm, f, login.Input{Email: email, Password: secret})
	return err
}

func TestAPasswordIsChangedWithThePresentOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	elsewhere, _ := h.Session(t, u.ID)
	p := h.person(t, u, session.AMRPassword)
	if got := p.open(); got.StatusCode != http.StatusOK || p.page.Find("#password").Length() != 1 || p.page.Find("#new_password").Length() != 1 {
		t.Fatalf("page = %d", got.StatusCode)
	}
	for _, c := range []struct{ current, chosen, field, says string }{
		{"", newPassword, "password", "Enter"},
		{identitytest.Password, "", "new_password", "Enter"},
		{"not this one", newPassword, "password", "not your current"},
		{identitytest.Password, "short", "new_password", "longer"},
		{identitytest.Password, identitytest.Password, "new_password", "present password"},
		{identitytest.Password, "ann-ann-ann-2026", "new_password", "your name"},
	} {
		got := p.submit(c.current, c.chosen)
		if got.StatusCode != http.StatusUnprocessableEntity || p.page.Find("#"+c.field).AttrOr("aria-invalid", "") != "true" || !strings.Contains(p.alert(), c.says) {
			t.Errorf("%q, %q = %d: %s", c.current, c.chosen, got.StatusCode, p.alert())
		}
	}
	if n := len(h.post.letters); n != 0 {
		t.Errorf("%d letters so far", n)
	}
	i, err := h.challenges.Issue(h.Context, challenge.Request{
		RealmID: h.Realm.ID, Purpose: challenge.ChangeEmail, UserID: u.ID, Address: "new@example.com", Lifetime: time.Hour, Link: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	before := p.cookie
	got := p.submit(identitytest.Password, newPassword)
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/realms/acme/account/security?done=password_changed" {
		t.Fatalf("change = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	if p.cookie == before {
		t.Error("the session keeps its cookie")
	}
	if s, err := h.Sessions.Current(h.Context, h.Realm, p.cookie); err != nil || s == nil || s.ID != p.id {
		t.Errorf("this session = %+v, %v", s, err)
	}
	if s, err := h.Sessions.ByID(h.Context, h.Realm.ID, elsewhere.ID); err != nil || s.EndedAt.IsZero() {
		t.Error("the other session goes on")
	}
	if _, users := h.Grants.Revoked(); !slices.Contains(users, u.ID) {
		t.Error("what was granted goes on")
	}
	if l := h.post.letters; len(l) != 1 || l[0].Kind != letter.PasswordChanged || l[0].To != u.Email || l[0].Data["link"] != "https://id.example/realms/acme/recover" {
		t.Errorf("letters %+v", l)
	}
	if _, err := h.challenges.CheckToken(h.Context, h.Realm.ID, challenge.ChangeEmail, i.Token); !errors.Is(err, challenge.ErrDead) {
		t.Errorf("a change of address that was asked for before: %v", err)
	}
	if types := eventtest.Types(t, h.DB, h.Realm.ID); !slices.Contains(types, "user.password_changed") {
		t.Errorf("events %v", types)
	}
	if err := h.signIn(t, u.Email, newPassword); err != nil {
		t.Errorf("the new one: %v", err)
	}
	if err := h.signIn(t, u.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("the old one: %v", err)
	}
}

func TestWhoSignedInAnotherWayIsNotAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	withPasskey := h.person(t, h.User(t, "ann@example.com"), session.AMRHardware, session.AMRUser, session.AMRMulti)
	withPasskey.open()
	if withPasskey.page.Find("#password").Length() != 0 {
		t.Error("a passkey's owner is asked for the password")
	}
	if got := withPasskey.submit("", newPassword); got.StatusCode != http.StatusSeeOther {
		t.Errorf("change = %d: %s", got.StatusCode, withPasskey.alert())
	}
	fed, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "fed@example.com", Verified: true})
	if err != nil {
		t.Fatal(err)
	}
	first := h.person(t, fed)
	first.open()
	if first.page.Find("#password").Length() != 0 || !strings.Contains(first.page.Find("h1").Text(), "Set") {
		t.Errorf("the first password: %s", first.page.Find("main").Text())
	}
	if got := first.submit("", newPassword); got.Header.Get("Location") != "/realms/acme/account/security?done=password_set" {
		t.Errorf("first = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	if err := h.signIn(t, fed.Email, newPassword); err != nil {
		t.Errorf("with the first password: %v", err)
	}
}

func TestAnOldSignInIsNotEnough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.person(t, h.User(t, "ann@example.com"), session.AMRPassword)
	h.Clock.Add(h.Realm.Policy.StepUpAge + time.Second)
	if got := p.open(); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), identitytest.SignInPath) {
		t.Errorf("page = %d", got.StatusCode)
	}
	if got := p.submit(identitytest.Password, newPassword); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), identitytest.SignInPath) {
		t.Errorf("form = %d", got.StatusCode)
	}
	if code, said := p.put(map[string]string{"current_password": identitytest.Password, "new_password": newPassword}); code != http.StatusUnauthorized || said != "step_up_required" {
		t.Errorf("program = %d %s", code, said)
	}
	p.cookie = ""
	if got := p.open(); got.StatusCode != http.StatusSeeOther {
		t.Errorf("nobody = %d", got.StatusCode)
	}
	if err := h.signIn(t, p.user.Email, identitytest.Password); err != nil {
		t.Errorf("the password was changed: %v", err)
	}
}

func TestProgramsChangeIt(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.Password.MaxAge, policy.Password.History = 90*24*time.Hour, 3
	h := newHouse(t, policy)
	p := h.person(t, h.User(t, "ann@example.com"), session.AMRPassword)
	var state struct {
		Set       bool   `json:"set"`
		Required  bool   `json:"current_password_required"`
		ChangedAt string `json:"changed_at"`
		ExpiresAt string `json:"expires_at"`
		Rules     struct {
			MinLength int `json:"min_length"`
			History   int `json:"history"`
		} `json:"rules"`
	}
	got := p.send(http.MethodGet, "/api/v1/realms/acme/me/password", "", "")
	if err := json.NewDecoder(got.Body).Decode(&state); err != nil || !state.Set || !state.Required || state.Rules.MinLength != 12 || state.Rules.History != 3 ||
		state.ChangedAt != "2026-03-04T05:06:07Z" || state.ExpiresAt != "2026-06-02T05:06:07Z" {
		t.Errorf("state = %+v, %v", state, err)
	}
	for _, c := range []struct {
		body any
		code int
		said string
	}{
		{map[string]string{"new_password": newPassword}, http.StatusBadRequest, "password_missing current_password"},
		{map[string]string{"current_password": identitytest.Password}, http.StatusBadRequest, "password_missing new_password"},
		{map[string]string{"current_password": "not this one", "new_password": newPassword}, http.StatusBadRequest, "password_wrong current_password"},
		{map[string]string{"current_password": identitytest.Password, "new_password": "short"}, http.StatusBadRequest, "password_too_short new_password"},
		{map[string]string{"current_password": identitytest.Password, "new_password": newPassword, "user_id": "x"}, http.StatusBadRequest, "unknown_field user_id"},
		{map[string]string{"current_password": identitytest.Password, "new_password": newPassword}, http.StatusNoContent, ""},
	} {
		if code, said := p.put(c.body); code != c.code || said != c.said {
			t.Errorf("%v = %d %q, want %d %q", c.body, code, said, c.code, c.said)
		}
	}
	if s, err := h.Sessions.Current(h.Context, h.Realm, p.cookie); err != nil || s == nil || s.ID != p.id {
		t.Errorf("this session = %+v, %v", s, err)
	}
	if err := h.signIn(t, p.user.Email, newPassword); err != nil {
		t.Errorf("the new one: %v", err)
	}
}

func TestGuessingFromASessionLocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	p := h.person(t, u, session.AMRPassword)
	for range 2 * h.Realm.Policy.Lockout.Threshold {
		if got := p.submit("not this one", newPassword); got.StatusCode != http.StatusUnprocessableEntity {
			t.Fatalf("wrong = %d", got.StatusCode)
		}
	}
	if got := p.submit(identitytest.Password, newPassword); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(p.alert(), "not your current") {
		t.Errorf("the right one after that = %d", got.StatusCode)
	}
	if err := h.signIn(t, u.Email, identitytest.Password); !errors.Is(err, login.ErrWrong) {
		t.Errorf("the sign-in is open: %v", err)
	}
}

func TestThePageTellsOfAnAgeingPassword(t *testing.T) {
	t.Parallel()
	policy := realm.DefaultPolicy()
	policy.Password.MaxAge, policy.Password.Digit = 90*24*time.Hour, true
	h := newHouse(t, policy)
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: "ann@example.com", Password: "kwpz raxv jmbt 7", Verified: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days int
		told bool
	}{{75, false}, {5, true}} {
		h.Clock.Add(time.Duration(c.days) * 24 * time.Hour)
		p := h.person(t, u, session.AMRPassword)
		p.open()
		if got := p.page.Find("[role=note]").Length() == 1; got != c.told {
			t.Errorf("%d days later told %v", c.days, got)
		}
		if p.page.Find("[data-rule=digit]").Length() != 1 || p.page.Find("[data-rule=upper]").Length() != 0 {
			t.Error("the list of rules is not the realm's")
		}
	}
}

func TestTwoChangesAtOnceAreOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.User(t, "ann@example.com")
	people := []*person{h.person(t, u, session.AMRPassword), h.person(t, u, session.AMRPassword)}
	codes := make([]int, 2)
	identitytest.Together(2, func(i int) error {
		codes[i], _ = people[i].put(map[string]string{"current_password": identitytest.Password, "new_password": newPassword + strings.Repeat("!", i)})
		return nil
	})
	slices.Sort(codes)
	if codes[0] != http.StatusNoContent || codes[1] == http.StatusNoContent || codes[1] >= 500 {
		t.Errorf("two at once = %v, want one success", codes)
	}
}
