package passkey_test

import (
	"context"
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
		// The person has signed in within the flow, unless the test says otherwise.
		if current, err := h.Sessions.Of(c); err == nil && current != nil && c.Query("before") == "" {
			if err := h.Flows.Prove(c.Request.Context(), f, flow.Proof{Step: flow.Login, SessionID: current.ID, Method: "pwd"}); err != nil {
				return err
			}
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
