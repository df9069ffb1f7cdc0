package passkey_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/identity/flow"
	"authserver/identity/passkey"
	"authserver/identity/session"
	"authserver/internal/web/webtest"
	"authserver/tenant/realm"
)

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

// A session that was there before the flow adds no factor: it may be a found screen or a stolen cookie, brought to the
// address of somebody else's step.
func TestAFirstFactorNeedsASignInWithinTheFlow(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	ann := h.User(t, "ann@example.com")
	b := h.of(t, ann.ID)
	if got := b.open(flow.Enrol, "/mfa/setup/passkey&before=yes"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("a session of before: %d, want back to the dispatcher", got.StatusCode)
	}
	// The same with the page of a person who did sign in: the cookie is exchanged behind it.
	b = h.of(t, h.User(t, "eve@example.com").ID)
	b.open(flow.Enrol, "/mfa/setup/passkey")
	options := newAuthenticator(t).create(b.ask())
	_, b.jar["session-acme"] = h.Session(t, ann.ID)
	form, action, asks := b.form()
	if got := b.post(asks, form); got.StatusCode != http.StatusSeeOther {
		t.Errorf("options = %d", got.StatusCode)
	}
	form.Set("credential", string(options))
	if got := b.post(action, form); got.StatusCode != http.StatusSeeOther {
		t.Errorf("answer = %d", got.StatusCode)
	}
	if all, err := h.passkeys.List(h.Context, h.Realm.ID, ann.ID); err != nil || len(all) != 0 {
		t.Errorf("passkeys %v, %v", all, err)
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
