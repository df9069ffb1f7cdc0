package passkey_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/passkey"
	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/templates"
	"authserver/tenant/realm"
)

const returnPath = "/realms/acme/oauth2/authorize?flow="

var errStepUp = fault.New(fault.Unauthenticated, "step_up_required", "Sign in again.")

// porter lets in whose session's cookie is there; freshly, until stale is set.
type porter struct {
	*identitytest.House
	stale bool
}

func (p *porter) enter(c *gin.Context) (bool, error) {
	s, err := p.Sessions.Of(c)
	if s != nil {
		c.Request = c.Request.WithContext(session.Into(c.Request.Context(), s))
	}
	return s != nil, err
}

func (p *porter) Account(c *gin.Context, back string, fresh bool) (bool, error) {
	in, err := p.enter(c)
	if err == nil && (!in || fresh && p.stale) {
		return false, web.Redirect(c, "/sign-in?back="+url.QueryEscape(back))
	}
	return in, err
}

func (p *porter) Me(c *gin.Context, fresh bool) error {
	in, err := p.enter(c)
	if err == nil && (!in || fresh && p.stale) {
		return errStepUp
	}
	return err
}

func (p *porter) Person(*gin.Context) (templates.Person, error) {
	return templates.Person{Name: "Ann", Email: "ann@example.com", Initials: "A"}, nil
}

// pages is the house with its doors.
type pages struct {
	*house
	porter *porter
	web    http.Handler
}

func newPages(t testing.TB, policies ...realm.Policy) *pages {
	return newPagesAt(t, "http://auth.test", policies...)
}

func newPagesAt(t testing.TB, address string, policies ...realm.Policy) *pages {
	t.Helper()
	h := &pages{house: newHouseAt(t, address, nil, policies...)}
	h.porter = &porter{House: h.House}
	public, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	server := web.New(web.Deps{
		Realms: h.Realms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: h.Clock.Now, PublicURL: public, Persons: h.porter, Brand: brand,
	})
	h.passkeys.Mount(server.Mux())
	h.passkeys.MountWellKnown(server.Mux(), h.Realms)
	server.Mux().Front.GET("/start/:step", func(c *gin.Context) error {
		f, err := h.Flows.Start(c.Request.Context(), flow.Request{
			ApplicationID: h.app.ID, Browser: h.Flows.Bind(c), Parameters: url.Values{"redirect_uri": {redirectURI}},
		})
		if err != nil {
			return err
		}
		return web.Redirect(c, h.Flows.URLAt(f, flow.Step(c.Param("step")), c.Query("at")))
	})
	h.web = server.Handler()
	return h
}

func brand(ctx context.Context) templates.Brand {
	if r, ok := realm.Maybe(ctx); ok {
		return templates.Brand{Slug: r.Slug, Name: r.Name}
	}
	return templates.Brand{}
}

// browser keeps cookies and the page that it shows.
type browser struct {
	t    testing.TB
	h    *pages
	jar  map[string]string
	page *goquery.Document
	body string
}

func (h *pages) browser(t testing.TB) *browser { return &browser{t: t, h: h, jar: map[string]string{}} }

// of is a browser in which the user has signed in with a password.
func (h *pages) of(t testing.TB, userID string) *browser {
	b := h.browser(t)
	_, b.jar["session-acme"] = h.Session(t, userID)
	return b
}

func (b *browser) send(method, target, body string, header ...string) *http.Response {
	b.t.Helper()
	r := webtest.Request(b.t, method, "http://auth.test"+target, strings.NewReader(body), append(header, "Sec-Fetch-Site: same-origin")...)
	if body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.web.ServeHTTP(w, r)
	got := w.Result()
	for _, cookie := range got.Cookies() {
		b.jar[cookie.Name] = cookie.Value
	}
	b.body = webtest.Body(b.t, got)
	if strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		var err error
		if b.page, err = goquery.NewDocumentFromReader(strings.NewReader(b.body)); err != nil {
			b.t.Fatal(err)
		}
	}
	return got
}

func (b *browser) get(target string) *http.Response { b.t.Helper(); return b.send("GET", target, "") }

func (b *browser) post(target string, form url.Values) *http.Response {
	b.t.Helper()
	return b.send("POST", target, form.Encode(), "Content-Type: application/x-www-form-urlencoded")
}

func (b *browser) json(method, target, body string) *http.Response {
	b.t.Helper()
	if body == "" {
		return b.send(method, target, "")
	}
	return b.send(method, target, body, "Content-Type: application/json")
}

// open starts a flow at a page of the step.
func (b *browser) open(step flow.Step, at string) *http.Response {
	b.t.Helper()
	got := b.get("/realms/acme/start/" + string(step) + "?at=" + at)
	if got.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("start = %d %s", got.StatusCode, b.body)
	}
	return b.get(got.Header.Get("Location"))
}

// form is the page's passkey form.
func (b *browser) form() (form url.Values, action, options string) {
	b.t.Helper()
	found := b.page.Find("form[data-passkey]")
	if found.Length() != 1 {
		b.t.Fatalf("%d forms for passkeys on\n%s", found.Length(), b.body)
	}
	form = url.Values{}
	found.Find("input[name]").Each(func(_ int, s *goquery.Selection) { form.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	return form, found.AttrOr("action", ""), found.AttrOr("data-options", "")
}

// ask fetches the page's question as js/passkey.js does.
func (b *browser) ask() []byte {
	b.t.Helper()
	form, _, options := b.form()
	bound := url.Values{}
	for _, name := range []string{"flow", "proof"} {
		if form.Has(name) {
			bound.Set(name, form.Get(name))
		}
	}
	got := b.post(options, bound)
	if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "application/json" || got.Header.Get("Cache-Control") != "no-store" {
		b.t.Fatalf("POST %s = %d %v\n%s", options, got.StatusCode, got.Header, b.body)
	}
	return []byte(b.body)
}

// answer submits the page's form with the browser's answer.
func (b *browser) answer(credential []byte, fields ...string) *http.Response {
	b.t.Helper()
	form, action, _ := b.form()
	form.Set("credential", string(credential))
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.post(action, form)
}

func (b *browser) alert() string {
	return strings.Join(strings.Fields(b.page.Find("[role=alert]").Text()), " ")
}

func TestSigningInByPasskeyLeadsBackToTheDispatcher(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t)
	h.enrolled(t, u, a)
	b := h.browser(t)
	if got := b.open(flow.Login, "/passkey/signin"); got.StatusCode != http.StatusOK || !strings.Contains(b.page.Text(), "Shop") {
		t.Fatalf("page = %d\n%s", got.StatusCode, b.body)
	}
	if csp := b.get("/realms/acme/login").Header.Get("Content-Security-Policy"); !strings.Contains(csp, "connect-src 'self'") {
		t.Errorf("the page may not ask for options: %s", csp)
	}
	b.open(flow.Login, "/passkey/signin")
	form, _, _ := b.form()
	got := b.answer(a.get(b.ask()))
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != returnPath+form.Get("flow") {
		t.Fatalf("answer = %d to %s\n%s", got.StatusCode, got.Header.Get("Location"), b.body)
	}
	s, err := h.Sessions.Current(h.Context, h.Realm, b.jar["session-acme"])
	if err != nil || s == nil || s.UserID != u.ID || s.ACR != session.ACRMultiFactor {
		t.Errorf("session %+v, %v", s, err)
	}
	// The hop is taken.
	if got := b.post("/realms/acme/passkey/signin", form); got.StatusCode != http.StatusBadRequest {
		t.Errorf("the same form again = %d, want 400", got.StatusCode)
	}
}

// ENU-01: who has an account, and what became of it, is nobody's business.
func TestRefusalsLookAlike(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	other := h.NewRealm(t, "other")
	fine, suspended, gone, foreign, copied := newAuthenticator(t), newAuthenticator(t), newAuthenticator(t), newAuthenticator(t), newAuthenticator(t, securityKey)
	h.enrolled(t, h.User(t, "fine@example.com"), fine)
	bad := h.User(t, "suspended@example.com")
	h.enrolled(t, bad, suspended)
	if err := h.Users.Suspend(h.Context, h.Realm.ID, bad.ID, "test"); err != nil {
		t.Fatal(err)
	}
	lost := h.User(t, "gone@example.com")
	if err := h.passkeys.Remove(h.Context, h.Realm, lost.ID, h.enrolled(t, lost, gone).ID); err != nil {
		t.Fatal(err)
	}
	h.enrolled(t, h.User(t, "copied@example.com"), copied)
	stranger, err := h.Users.Create(h.Context, other, newUser("foreign@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	o, err := h.passkeys.RegisterOptions(h.Context, other, stranger.ID, "s")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.passkeys.Register(h.Context, other, stranger.ID, "s", foreign.create(o), ""); err != nil {
		t.Fatal(err)
	}
	unknown := newAuthenticator(t)
	unknown.handle = fine.handle
	want := ""
	for name, try := range map[string]func([]byte) []byte{
		"unknown": func(o []byte) []byte { return unknown.get(o) }, "suspended": func(o []byte) []byte { return suspended.get(o) },
		"removed": func(o []byte) []byte { return gone.get(o) }, "another realm's": func(o []byte) []byte { return foreign.get(o) },
		"copied": func(o []byte) []byte { return copied.get(o, func(r *reply) { r.count = 1 }) },
		"wrong signature": func(o []byte) []byte {
			return fine.get(o, func(r *reply) { r.signature = func([]byte) []byte { return []byte{1} } })
		},
		"junk": func([]byte) []byte { return []byte("{}") }, "nothing": func([]byte) []byte { return nil },
	} {
		b := h.browser(t)
		b.open(flow.Login, "/passkey/signin")
		form, _, _ := b.form()
		got := b.answer(try(b.ask()))
		header := got.Header.Clone()
		header.Del("X-Request-Id")
		var text strings.Builder
		if err := header.Write(&text); err != nil {
			t.Fatal(err)
		}
		answer := got.Status + text.String() + strings.NewReplacer(form.Get("flow"), "FLOW", form.Get("proof"), "PROOF").Replace(b.body)
		if want == "" {
			want = answer
		}
		if answer != want || got.StatusCode != http.StatusUnprocessableEntity || len(got.Cookies()) != 0 || !strings.Contains(b.alert(), "did not work here") {
			t.Errorf("%s: %s\nwant\n%s", name, answer, want)
		}
		if link := b.page.Find("a[href*='/realms/acme/login?']"); link.Length() != 1 {
			t.Errorf("%s: no way to sign in otherwise", name)
		}
	}
}

func TestQuestionsAreAskedInsideTheFlowOnly(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	h.enrolled(t, u, newAuthenticator(t))
	mine := h.of(t, u.ID)
	mine.open(flow.Login, "/passkey/signin")
	form, _, _ := mine.form()
	bound := url.Values{"flow": {form.Get("flow")}, "proof": {form.Get("proof")}}
	for _, path := range []string{"/passkey/options", "/mfa/passkey/options", "/mfa/setup/passkey/options"} {
		if got := h.browser(t).post("/realms/acme"+path, bound); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s from another browser = %d, want 400", path, got.StatusCode)
		}
		if got := mine.post("/realms/acme"+path, nil); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s without a flow = %d, want 400", path, got.StatusCode)
		}
		if path == "/passkey/options" {
			continue
		}
		if got := mine.post("/realms/acme"+path, bound); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s with the proof of the sign-in = %d, want 400", path, got.StatusCode)
		}
	}
	r := webtest.Request(t, "POST", "http://auth.test/realms/acme/passkey/options", strings.NewReader(bound.Encode()),
		"Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: cross-site", "Cookie: browser-acme="+mine.jar["browser-acme"])
	if got := webtest.Do(h.web, r); got.StatusCode != http.StatusForbidden {
		t.Errorf("from another site = %d, want 403", got.StatusCode)
	}
}

func TestTheSecondFactorPageLiftsTheSession(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	a := newAuthenticator(t, securityKey)
	h.enrolled(t, u, a)
	b := h.of(t, u.ID)
	before := b.jar["session-acme"]
	if got := b.open(flow.SecondFactor, "/mfa/passkey"); got.StatusCode != http.StatusOK {
		t.Fatalf("page = %d", got.StatusCode)
	}
	if got := b.answer(nil); got.StatusCode != http.StatusUnprocessableEntity || b.alert() == "" {
		t.Errorf("no answer = %d, alert %q", got.StatusCode, b.alert())
	}
	form, _, _ := b.form()
	got := b.answer(a.get(b.ask()))
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != returnPath+form.Get("flow") || b.jar["session-acme"] == before {
		t.Fatalf("answer = %d to %s\n%s", got.StatusCode, got.Header.Get("Location"), b.body)
	}
	if s, _ := h.Sessions.Current(h.Context, h.Realm, before); s != nil {
		t.Error("the cookie of before opens the lifted session")
	}
	bare := h.browser(t)
	if got := bare.open(flow.SecondFactor, "/mfa/passkey"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), returnPath) {
		t.Errorf("without a session = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	bob := h.of(t, h.User(t, "bob@example.com").ID)
	if got := bob.open(flow.SecondFactor, "/mfa/passkey"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/realms/acme/mfa?") {
		t.Errorf("without a passkey = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
}

func TestTheFirstFactorIsMadeInTheFlow(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	b := h.of(t, u.ID)
	if got := b.open(flow.Enrol, "/mfa/setup/passkey"); got.StatusCode != http.StatusOK {
		t.Fatalf("page = %d", got.StatusCode)
	}
	if got := b.answer(newAuthenticator(t).create(b.ask()), "label", strings.Repeat("x", 61)); got.StatusCode != http.StatusUnprocessableEntity || b.page.Find("#label").AttrOr("aria-invalid", "") != "true" {
		t.Errorf("a long name = %d", got.StatusCode)
	}
	if got := b.answer(newAuthenticator(t).create(b.ask()), "label", "Key"); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("answer = %d\n%s", got.StatusCode, b.body)
	}
	all, err := h.passkeys.List(h.Context, h.Realm.ID, u.ID)
	if err != nil || len(all) != 1 || all[0].Label != "Key" {
		t.Errorf("passkeys %v, %v", all, err)
	}
	if e, _ := h.last(t, "passkey.registered"); e.Actor.ID != u.ID || e.Actor.ApplicationID != h.app.ID {
		t.Errorf("by %+v", e.Actor)
	}
}

func TestTheAccountLooksAfterPasskeys(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	b := h.of(t, u.ID)
	if got := b.get("/realms/acme/account/passkeys"); got.StatusCode != http.StatusOK || b.page.Find("[data-passkey-signal]").Length() != 0 {
		t.Fatalf("empty list = %d", got.StatusCode)
	}
	b.get("/realms/acme/account/passkeys/new")
	a := newAuthenticator(t)
	got := b.answer(a.create(b.ask()), "label", "Phone")
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/realms/acme/account/passkeys?done=passkey_added" {
		t.Fatalf("add = %d to %s\n%s", got.StatusCode, got.Header.Get("Location"), b.body)
	}
	b.get(got.Header.Get("Location"))
	row := b.page.Find(".row a")
	if !strings.Contains(row.Text(), "Phone") || b.page.Find("[role=status]").Length() != 1 {
		t.Errorf("list %q", row.Text())
	}
	signal := b.page.Find("[data-passkey-signal]")
	if signal.AttrOr("data-credentials", "") != `["`+b64(a.id)+`"]` || signal.AttrOr("data-user", "") != b64(a.handle) || signal.AttrOr("data-relying-party", "") != "auth.test" {
		t.Errorf("signal %v", signal.Nodes[0].Attr)
	}
	one := row.AttrOr("href", "")
	if got := b.get(one); got.StatusCode != http.StatusOK || b.page.Find("#label").AttrOr("value", "") != "Phone" {
		t.Errorf("one = %d", got.StatusCode)
	}
	if got := b.post(one, url.Values{"label": {strings.Repeat("x", 61)}}); got.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a long name = %d", got.StatusCode)
	}
	if got := b.post(one, url.Values{"label": {"Old phone"}}); got.Header.Get("Location") != "/realms/acme/account/passkeys?done=passkey_renamed" {
		t.Errorf("rename = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	elsewhere, _ := h.Session(t, u.ID)
	b.get(one + "/remove")
	if got := b.post(one+"/remove", nil); got.Header.Get("Location") != "/realms/acme/account/passkeys?done=passkey_removed" {
		t.Errorf("remove = %d to %s\n%s", got.StatusCode, got.Header.Get("Location"), b.body)
	}
	if s, _ := h.Sessions.ByID(h.Context, h.Realm.ID, elsewhere.ID); s.Live(h.Clock.Now()) {
		t.Error("another session goes on")
	}
	if got := b.get(one); got.StatusCode != http.StatusNotFound {
		t.Errorf("after that = %d, want 404", got.StatusCode)
	}
	b.get("/realms/acme/account/passkeys")
	if got := b.page.Find("[data-passkey-signal]").AttrOr("data-credentials", ""); got != "[]" {
		t.Errorf("password managers hear of %s, want of none", got)
	}
	if h.others.distrust != 2 {
		t.Errorf("trust in devices ended %d times, want with each change", h.others.distrust)
	}
}

func TestOthersPasskeysAreNotThere(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	ann, bob := h.User(t, "ann@example.com"), h.User(t, "bob@example.com")
	p := h.enrolled(t, ann, newAuthenticator(t))
	b := h.of(t, bob.ID)
	for _, try := range [][2]string{
		{"GET", "/realms/acme/account/passkeys/" + p.ID}, {"POST", "/realms/acme/account/passkeys/" + p.ID},
		{"GET", "/realms/acme/account/passkeys/" + p.ID + "/remove"}, {"POST", "/realms/acme/account/passkeys/" + p.ID + "/remove"},
		{"DELETE", "/api/v1/realms/acme/me/passkeys/" + p.ID},
	} {
		if got := b.send(try[0], try[1], ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s = %d, want 404", try[0], try[1], got.StatusCode)
		}
	}
	if got := b.json("PATCH", "/api/v1/realms/acme/me/passkeys/"+p.ID, `{"label":"x"}`); got.StatusCode != http.StatusNotFound {
		t.Errorf("PATCH = %d, want 404", got.StatusCode)
	}
}

// What changes the keys to an account needs a fresh sign-in.
func TestKeysAreChangedFreshlyOnly(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	p := h.enrolled(t, u, newAuthenticator(t))
	b := h.of(t, u.ID)
	h.porter.stale = true
	for _, try := range [][2]string{
		{"GET", "/realms/acme/account/passkeys/new"}, {"POST", "/realms/acme/account/passkeys/new"},
		{"POST", "/realms/acme/account/passkeys/new/options"}, {"POST", "/realms/acme/account/passkeys/" + p.ID + "/remove"},
	} {
		got := b.send(try[0], try[1], "")
		if got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in?") {
			t.Errorf("%s %s = %d", try[0], try[1], got.StatusCode)
		}
	}
	for _, try := range [][2]string{
		{"POST", "/api/v1/realms/acme/me/passkeys/options"}, {"POST", "/api/v1/realms/acme/me/passkeys"}, {"DELETE", "/api/v1/realms/acme/me/passkeys/" + p.ID},
	} {
		if got := b.send(try[0], try[1], ""); got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s %s = %d", try[0], try[1], got.StatusCode)
		}
	}
	for _, target := range []string{"/realms/acme/account/passkeys", "/realms/acme/account/passkeys/" + p.ID, "/api/v1/realms/acme/me/passkeys"} {
		if got := b.get(target); got.StatusCode != http.StatusOK {
			t.Errorf("looking at %s = %d, want 200", target, got.StatusCode)
		}
	}
}

func TestProgramsLookAfterPasskeys(t *testing.T) {
	t.Parallel()
	h := newPages(t, policy(func(p *realm.Policy) { p.SecondFactor = realm.Required }))
	u := h.User(t, "ann@example.com")
	b := h.of(t, u.ID)
	const base = "/api/v1/realms/acme/me/passkeys"
	if got := b.json("POST", base+"/options", ""); got.StatusCode != http.StatusOK {
		t.Fatalf("options = %d %s", got.StatusCode, b.body)
	}
	a := newAuthenticator(t)
	body := `{"label":"Phone","credential":` + string(a.create([]byte(b.body))) + `}`
	if got := b.json("POST", base, body); got.StatusCode != http.StatusCreated {
		t.Fatalf("add = %d %s", got.StatusCode, b.body)
	}
	var made struct{ ID, Label, Title string }
	if err := json.Unmarshal([]byte(b.body), &made); err != nil || made.Label != "Phone" || made.Title != "Phone" {
		t.Errorf("made %s, %v", b.body, err)
	}
	if got := b.json("POST", base, body); got.StatusCode != http.StatusGone || !strings.Contains(b.body, `"passkey_expired"`) {
		t.Errorf("the same answer again = %d %s", got.StatusCode, b.body)
	}
	if got := b.json("PATCH", base+"/"+made.ID, `{"label":"Old phone"}`); got.StatusCode != http.StatusOK || !strings.Contains(b.body, `"label":"Old phone"`) {
		t.Errorf("rename = %d %s", got.StatusCode, b.body)
	}
	if got := b.json("PATCH", base+"/"+made.ID, `{"user_verified":true}`); got.StatusCode != http.StatusBadRequest {
		t.Errorf("a field of the server's = %d", got.StatusCode)
	}
	if got := b.json("PATCH", base+"/"+made.ID, `{"label":"`+strings.Repeat("x", 61)+`"}`); got.StatusCode != http.StatusBadRequest || !strings.Contains(b.body, `"field":"label"`) {
		t.Errorf("a long name = %d %s", got.StatusCode, b.body)
	}
	if got := b.json("DELETE", base+"/"+made.ID, ""); got.StatusCode != http.StatusConflict || !strings.Contains(b.body, `"passkey_last_factor"`) {
		t.Errorf("the last factor = %d %s", got.StatusCode, b.body)
	}
	h.others.kinds = []string{"totp"}
	if got := b.json("DELETE", base+"/"+made.ID, ""); got.StatusCode != http.StatusNoContent {
		t.Errorf("remove = %d %s", got.StatusCode, b.body)
	}
	b.get(base)
	var list struct {
		RPID       string `json:"rp_id"`
		UserHandle string `json:"user_handle"`
		Items      []any  `json:"items"`
	}
	if err := json.Unmarshal([]byte(b.body), &list); err != nil || list.RPID != "auth.test" || list.UserHandle != b64(a.handle) || list.Items == nil || len(list.Items) != 0 {
		t.Errorf("list %s, %v", b.body, err)
	}
}

func TestGetChangesNothing(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	u := h.User(t, "ann@example.com")
	p := h.enrolled(t, u, newAuthenticator(t))
	b := h.of(t, u.ID)
	targets := []string{
		"/.well-known/webauthn", "/.well-known/passkey-endpoints", "/passkeys", "/passkeys/new", "/realms/acme/account/passkeys",
		"/realms/acme/account/passkeys/new", "/realms/acme/account/passkeys/" + p.ID, "/realms/acme/account/passkeys/" + p.ID + "/remove",
		"/api/v1/realms/acme/me/passkeys",
	}
	for step, at := range map[flow.Step]string{flow.Login: "/passkey/signin", flow.SecondFactor: "/mfa/passkey", flow.Enrol: "/mfa/setup/passkey"} {
		got := b.get("/realms/acme/start/" + string(step) + "?at=" + at)
		targets = append(targets, got.Header.Get("Location"))
	}
	before := h.DB.Totals().Writes
	for _, target := range targets {
		if got := b.get(target); got.StatusCode >= 400 {
			t.Errorf("%s = %d", target, got.StatusCode)
		}
	}
	if n := h.DB.Totals().Writes - before; n != 0 {
		t.Errorf("looking wrote %d times", n)
	}
}

func TestTheHostSaysWherePasskeysAre(t *testing.T) {
	t.Parallel()
	h := newPages(t, policy(func(p *realm.Policy) { p.Passkey.Origins = []string{"https://auth.acme.example"} }))
	b := h.browser(t)
	if got := b.get("/.well-known/webauthn"); got.StatusCode != http.StatusOK || b.body != `{"origins":["http://auth.test","https://auth.acme.example"]}` {
		t.Errorf("related origins = %d %s", got.StatusCode, b.body)
	}
	if got := b.get("/.well-known/passkey-endpoints"); got.StatusCode != http.StatusOK || b.body != `{"enroll":"http://auth.test/passkeys/new","manage":"http://auth.test/passkeys"}` {
		t.Errorf("endpoints = %d %s", got.StatusCode, b.body)
	}
	leads := func(b *browser, to string) string { b.t.Helper(); return b.get(to).Header.Get("Location") }
	if got := leads(b, "/passkeys"); got != "/realms/acme/account/passkeys" {
		t.Errorf("with one realm it leads to %q", got)
	}
	h.NewRealm(t, "other")
	blocked := h.NewRealm(t, "blocked", policy(func(p *realm.Policy) { p.Passkey.Origins = []string{"https://blocked.example"} }))
	if err := h.Realms.Suspend(h.Context, blocked.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if got := b.get("/passkeys"); got.StatusCode != http.StatusNotFound || strings.Contains(b.body, "acme") || strings.Contains(b.body, "other") {
		t.Errorf("a browser that has been nowhere = %d %s", got.StatusCode, b.body)
	}
	if b.get("/.well-known/webauthn"); strings.Contains(b.body, "blocked") {
		t.Errorf("a blocked realm's origins are there: %s", b.body)
	}
	for cookies, want := range map[string]string{
		"browser-acme=x; session-other=x": "other", "session-acme=x; session-other=x": "other", "session-other=x; session-acme=x": "acme",
		"session-blocked=x; browser-acme=x": "acme", "session-nowhere=x; device-other=x; browser-acme=x": "other", "session-../x=1; browser-acme=x": "acme",
	} {
		r := webtest.Request(t, "GET", "http://auth.test/passkeys/new", nil, "Cookie: "+cookies)
		if got := webtest.Do(h.web, r).Header.Get("Location"); got != "/realms/"+want+"/account/passkeys/new" {
			t.Errorf("%s leads to %q, want %s", cookies, got, want)
		}
	}
	bare := newPagesAt(t, "http://127.0.0.1")
	for _, target := range []string{"/.well-known/webauthn", "/.well-known/passkey-endpoints"} {
		if got := bare.browser(t).get(target); got.StatusCode != http.StatusNotFound {
			t.Errorf("without a name %s = %d, want 404", target, got.StatusCode)
		}
	}
}

func TestWithoutADomainNameTheSignInSaysSo(t *testing.T) {
	t.Parallel()
	h := newPagesAt(t, "http://127.0.0.1")
	b := h.browser(t)
	b.open(flow.Login, "/passkey/signin")
	form, _, options := b.form()
	if got := b.post(options, url.Values{"flow": form["flow"], "proof": form["proof"]}); got.StatusCode != http.StatusConflict {
		t.Errorf("options = %d, want 409", got.StatusCode)
	}
}

var _ passkey.Realms = (*realm.Service)(nil)
