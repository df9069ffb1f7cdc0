package consent_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/event/eventtest"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/tenant/application"
)

const browser = "br_0123456789012345678901234567890123456789012"

// visit is a person at the page.
type visit struct {
	*stage
	handler http.Handler
	flow    *flow.Flow
	cookies string
}

func newVisit(t *testing.T, change ...func(*stage, *flow.Request)) *visit {
	t.Helper()
	s := newStage(t)
	v := &visit{stage: s}
	d := webtest.Deps()
	d.Realms = s.Realms
	server := web.New(d)
	s.Mount(server.Mux())
	v.handler = server.Handler()
	session := v.signIn(s.ann.ID)
	r := flow.Request{
		ApplicationID: s.app.ID, Browser: browser, SessionID: session, Scopes: []string{"openid", "email", "orders:read", "offline_access"},
		Parameters: url.Values{"client_id": {s.app.ClientID}, "redirect_uri": {"https://harbour.example:8443/cb"}},
	}
	for _, fn := range change {
		fn(s, &r)
	}
	var err error
	if v.flow, err = s.Flows.Start(s.Context, r); err != nil {
		t.Fatal(err)
	}
	return v
}

// signIn gives the browser a session of the user and returns its id.
func (v *visit) signIn(userID string) string {
	v.t.Helper()
	s, value := v.Session(v.t, userID)
	v.cookies = "Cookie: browser-acme=" + browser + "; session-acme=" + value
	return s.ID
}

func (v *visit) get() *http.Response {
	return webtest.Get(v.t, v.handler, v.Flows.URL(v.flow, flow.Consent), v.cookies)
}

// form is what the page's form carries.
func (v *visit) form() url.Values {
	v.t.Helper()
	doc := v.document(v.get())
	values := url.Values{}
	doc.Find("form input[type=hidden]").Each(func(_ int, input *goquery.Selection) {
		values.Set(input.AttrOr("name", ""), input.AttrOr("value", ""))
	})
	return values
}

func (v *visit) document(r *http.Response) *goquery.Document {
	v.t.Helper()
	if r.StatusCode != http.StatusOK && r.StatusCode != http.StatusUnprocessableEntity {
		v.t.Fatalf("status = %d\n%s", r.StatusCode, webtest.Body(v.t, r))
	}
	doc, err := goquery.NewDocumentFromReader(r.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return doc
}

func (v *visit) post(form url.Values) *http.Response {
	return webtest.PostForm(v.t, v.handler, "/realms/acme/consent", form, v.cookies, "Origin: http://auth.test", "Sec-Fetch-Site: same-origin")
}

func (v *visit) choose(form url.Values, action string) *http.Response {
	form.Set("action", action)
	return v.post(form)
}

// now is the flow as it is stored.
func (v *visit) now() *flow.Flow {
	v.t.Helper()
	f, err := v.Flows.Resume(v.Context, v.flow.ID, browser)
	if err != nil {
		v.t.Fatal(err)
	}
	return f
}

func (v *visit) returns(r *http.Response) {
	v.t.Helper()
	if got, want := r.Header.Get("Location"), v.Flows.ReturnURL(v.flow); r.StatusCode != http.StatusSeeOther || got != want {
		v.t.Errorf("answer = %d to %q, want 303 to %q\n%s", r.StatusCode, got, want, webtest.Body(v.t, r))
	}
}

func TestThePageSaysWhoWantsWhat(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	answer := v.get()
	if got := answer.Header.Get("Content-Security-Policy"); !strings.Contains(got, "form-action 'self' https://harbour.example:8443") {
		t.Errorf("the policy does not name where the answer goes: %s", got)
	}
	doc := v.document(answer)
	for what, want := range map[string]string{"application": "Harbour", "account": "ann@example.com", "destination": "harbour.example:8443", "unknown scope": "orders:read"} {
		if !strings.Contains(doc.Find("main").Text(), want) {
			t.Errorf("the page does not show the %s %q", what, want)
		}
	}
	if got := doc.Find(".wishes li").Length(); got != 3 {
		t.Errorf("%d wishes, want e-mail, the custom scope and offline access", got)
	}
	var actions []string
	doc.Find("button[name=action]").Each(func(_ int, b *goquery.Selection) { actions = append(actions, b.AttrOr("value", "")) })
	if !slices.Equal(actions, []string{"allow", "deny"}) {
		t.Errorf("buttons %v", actions)
	}
	if len(v.consents()) != 0 || len(v.now().Proofs) != 0 {
		t.Error("looking at the page changed something")
	}
}

func TestAllowGrantsWhatThePageShowed(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	form := v.form()
	form.Set("scope", "openid profile") // what a form says about scopes is nothing
	v.returns(v.choose(form, "allow"))
	if got := v.ungranted("openid", "email", "orders:read", "offline_access"); len(got) != 0 {
		t.Errorf("not granted: %v", got)
	}
	if got := v.ungranted("profile"); len(got) != 1 {
		t.Error("the form granted what the page did not show")
	}
	if f := v.now(); !f.Proven(flow.Consent, v.flow.SessionID) || f.Denied() {
		t.Errorf("proofs %+v", f.Proofs)
	}
	events := eventtest.Recorded(t, v.DB, v.Realm.ID)
	last := events[len(events)-1]
	if last.Type != "consent.granted" || last.Actor.Kind != "user" || last.Actor.ID != v.ann.ID || last.Actor.ApplicationID != v.app.ID || last.Actor.IP == "" {
		t.Errorf("recorded %+v", last)
	}
}

func TestDenyGrantsNothingAndTellsTheFlow(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	v.returns(v.choose(v.form(), "deny"))
	if f := v.now(); !f.Denied() || f.Proven(flow.Consent, v.flow.SessionID) {
		t.Errorf("proofs %+v", f.Proofs)
	}
	if got := v.ungranted("openid"); len(got) != 1 || len(v.consents()) != 0 {
		t.Error("a denial granted something")
	}
}

func TestAFormServesOnce(t *testing.T) {
	t.Parallel()
	for _, second := range []string{"allow", "deny"} {
		v := newVisit(t)
		form := v.form()
		v.returns(v.choose(form, "allow"))
		if got := v.choose(form, second); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s with a spent form: status %d", second, got.StatusCode)
		}
		if v.now().Denied() || len(v.consents()) != 1 {
			t.Errorf("%s with a spent form had an effect", second)
		}
	}
}

func TestAFormOfAnotherKindIsRefused(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	good := v.form()
	with := func(name, value string) url.Values {
		form := url.Values{"flow": {good.Get("flow")}, "proof": {good.Get("proof")}, "action": {"allow"}}
		form.Set(name, value)
		return form
	}
	for name, form := range map[string]url.Values{
		"no proof":              with("proof", ""),
		"the dispatcher's":      with("proof", v.Flows.Proof(v.flow, flow.Consent)),
		"another step's":        with("proof", v.Flows.Proof(v.flow, flow.Login, v.flow.SessionID)),
		"for another session's": with("proof", v.Flows.Proof(v.flow, flow.Consent, "someone")),
		"another flow":          with("flow", "0190f5fe-7c00-7a00-8000-000000000000"),
		"no flow":               with("flow", ""),
	} {
		if got := v.post(form); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, got.StatusCode)
		}
	}
	cookies := v.cookies
	v.cookies = strings.Replace(cookies, browser, browser[:45]+"x", 1)
	if got := v.choose(good, "allow"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("another browser: status %d", got.StatusCode)
	}
	v.cookies = cookies
	foreign := webtest.PostForm(t, v.handler, "/realms/acme/consent", with("action", "allow"), cookies, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site")
	if foreign.StatusCode != http.StatusForbidden {
		t.Errorf("another site: status %d", foreign.StatusCode)
	}
	if len(v.consents()) != 0 || len(v.now().Proofs) != 0 {
		t.Error("a refused form had an effect")
	}
}

func TestNobodyAgreesByAButtonThatAnotherWasShown(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	form := v.form()
	v.signIn(v.User(t, "bob@example.com").ID)
	if got := v.choose(form, "allow"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", got.StatusCode)
	}
	if len(v.now().Proofs) != 0 {
		t.Error("the step was taken")
	}
}

func TestWhoIsSignedOutGoesBackToTheDispatcher(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	if err := v.Sessions.End(v.Context, v.Realm.ID, v.flow.SessionID, "test"); err != nil {
		t.Fatal(err)
	}
	v.returns(v.get())
	if len(v.consents()) != 0 {
		t.Error("nobody agreed, and it was recorded")
	}
}

func TestADisabledApplicationIsNotAskedFor(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	form := v.form()
	if err := v.apps.SetEnabled(v.Context, v.Realm.ID, v.app.ID, false); err != nil {
		t.Fatal(err)
	}
	v.returns(v.get())
	v.returns(v.choose(form, "allow"))
	if len(v.consents()) != 0 || len(v.now().Proofs) != 0 {
		t.Error("a disabled application was granted something")
	}
}

func TestNoChoiceShowsThePageAgain(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	for _, action := range []string{"", "maybe"} {
		answer := v.choose(v.form(), action)
		if answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("action %q: status %d", action, answer.StatusCode)
		}
		if doc := v.document(answer); doc.Find("[role=alert]").Length() != 1 || doc.Find("form").Length() != 1 {
			t.Errorf("action %q: no alert, or no form", action)
		}
	}
	if len(v.consents()) != 0 {
		t.Error("no choice granted something")
	}
}

func TestAnApplicationOnTheDeviceIsNamedByItsScheme(t *testing.T) {
	t.Parallel()
	v := newVisit(t, func(s *stage, r *flow.Request) {
		a, _, err := s.apps.Register(s.Context, s.Realm.ID, application.Draft{Name: "Buoy", Type: application.Native, RedirectURIs: []string{"com.example.buoy:/cb"}})
		if err != nil {
			t.Fatal(err)
		}
		r.ApplicationID, r.Scopes = a.ID, []string{"openid"}
		r.Parameters.Set("redirect_uri", "com.example.buoy:/cb")
	})
	doc := v.document(v.get())
	if text := doc.Find("main").Text(); !strings.Contains(text, "com.example.buoy") || doc.Find(".wishes li").Length() != 1 {
		t.Errorf("the page says %q", text)
	}
}

func TestThePageTakesNothingFromStrangers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	d := webtest.Deps()
	d.Realms = s.Realms
	server := web.New(d)
	s.Mount(server.Mux())
	webtest.Misbehave(t, server, "acme")
}

func TestAYesOfASessionThatEndedMeanwhileIsNone(t *testing.T) {
	t.Parallel()
	v := newVisit(t)
	current, err := v.Sessions.ByID(t.Context(), v.Realm.ID, v.flow.SessionID)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Sessions.End(v.Context, v.Realm.ID, current.ID, "test"); err != nil {
		t.Fatal(err)
	}
	if err := v.Allow(v.Context, v.flow, current, v.app); !errors.Is(err, session.ErrEnded) {
		t.Errorf("error is %v", err)
	}
	if len(v.consents()) != 0 || len(v.now().Proofs) != 0 {
		t.Error("it was granted all the same")
	}
}
