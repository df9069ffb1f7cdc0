package login_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const redirectURI = "https://app.example/cb"

// hasher counts what it is asked, and is busy when it is told to be.
type hasher struct {
	*secret.Passwords
	busy             atomic.Bool
	verified, burned atomic.Int64
	during           atomic.Pointer[func()] // called at the end of a hash
}

func (p *hasher) Verify(ctx context.Context, encoded, password string) (match, stale bool, err error) {
	if p.busy.Load() {
		return false, false, secret.ErrBusy
	}
	p.verified.Add(1)
	match, stale, err = p.Passwords.Verify(ctx, encoded, password)
	if fn := p.during.Load(); fn != nil {
		(*fn)()
	}
	return match, stale, err
}

func (p *hasher) Burn(ctx context.Context, password string) error {
	if p.busy.Load() {
		return secret.ErrBusy
	}
	p.burned.Add(1)
	return p.Passwords.Burn(ctx, password)
}

// house is the floor with the pages, and a dispatcher that only starts flows.
type house struct {
	*identitytest.House
	login *login.Service
	hash  *hasher
	app   *application.Application
	post  *postbox
	web   http.Handler
}

func newHouse(t testing.TB, policy ...realm.Policy) *house {
	t.Helper()
	base := identitytest.New(t, policy...)
	h := &house{House: base, hash: &hasher{Passwords: base.Passwords}, post: &postbox{}}
	apps := application.New(application.Deps{DB: base.DB, Events: base.Events, Now: base.Clock.Now})
	var err error
	h.app, _, err = apps.Register(base.Context, base.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{redirectURI}, Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.login = login.New(login.Deps{
		DB: base.DB, Events: base.Events, Ring: base.Ring, Passwords: h.hash, Users: base.Users,
		Sessions: base.Sessions, Flows: base.Flows, Applications: apps, Letters: h.post, Issuer: func(slug string) string { return "https://id.example/realms/" + slug }, Now: base.Clock.Now,
	})
	server := web.New(web.Deps{
		Realms: base.Realms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: base.Clock.Now,
		PublicURL: &url.URL{Scheme: "http", Host: "auth.test"},
	})
	h.login.Mount(server.Mux())
	server.Mux().Front.GET("/start/:step", func(c *gin.Context) error {
		f, err := base.Flows.Start(c.Request.Context(), flow.Request{
			ApplicationID: h.app.ID, Browser: base.Flows.Bind(c), LoginHint: c.Query("login_hint"),
			Parameters: url.Values{"redirect_uri": {redirectURI}},
		})
		if err != nil {
			return err
		}
		return web.Redirect(c, base.Flows.URL(f, flow.Step(c.Param("step"))))
	})
	h.web = server.Handler()
	return h
}

// flow starts one for tests below the pages.
func (h *house) flow(t testing.TB) *flow.Flow {
	t.Helper()
	f, err := h.Flows.Start(h.Context, flow.Request{ApplicationID: h.app.ID, Browser: strings.Repeat("b", 46)})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// browser keeps cookies.
type browser struct {
	t    *testing.T
	h    *house
	jar  map[string]string
	page *goquery.Document
	at   string // path and query of the page
}

func (h *house) browser(t *testing.T) *browser {
	return &browser{t: t, h: h, jar: map[string]string{}}
}

func (b *browser) send(method, target string, form url.Values) *http.Response {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, "http://auth.test"+target, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.web.ServeHTTP(w, r)
	got := w.Result()
	for _, cookie := range got.Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.jar, cookie.Name)
		} else {
			b.jar[cookie.Name] = cookie.Value
		}
	}
	b.at = target
	if strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		var err error
		if b.page, err = goquery.NewDocumentFromReader(got.Body); err != nil {
			b.t.Fatal(err)
		}
	}
	return got
}

// open starts a flow and opens the page of the step.
func (b *browser) open(step flow.Step, query string) *http.Response {
	b.t.Helper()
	got := b.send(http.MethodGet, "/realms/acme/start/"+string(step)+query, nil)
	if got.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("start = %d", got.StatusCode)
	}
	return b.send(http.MethodGet, got.Header.Get("Location"), nil)
}

// form is what submitting the page's form sends, with fields filled in.
func (b *browser) form(fields ...string) url.Values {
	form := url.Values{}
	b.page.Find("form input[name]").Each(func(_ int, s *goquery.Selection) {
		form.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

// submit sends the page's form to the path that the page names.
func (b *browser) submit(fields ...string) *http.Response {
	b.t.Helper()
	return b.send(http.MethodPost, b.page.Find("form").AttrOr("action", ""), b.form(fields...))
}

// follow goes to where the answer leads, as a step page.
func (b *browser) follow(f *flow.Flow, step flow.Step) *http.Response {
	b.t.Helper()
	return b.send(http.MethodGet, b.h.Flows.URL(f, step), nil)
}

// flow is the one that the page belongs to.
func (b *browser) flow() *flow.Flow {
	b.t.Helper()
	f, err := b.h.Flows.Resume(b.h.Context, b.form().Get("flow"), b.jar["browser-acme"])
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func (b *browser) alert() string {
	return strings.Join(strings.Fields(b.page.Find("[role=alert]").Text()), " ")
}
