package recovery_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/recovery"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const (
	redirectURI = "https://app.example/cb"
	newPassword = "four lamps on a wall"
	issuer      = "https://id.example"
)

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

// house is the floor with the pages, and a dispatcher.
type house struct {
	*identitytest.House
	recovery   *recovery.Service
	challenges *challenge.Service
	login      *login.Service
	post       *postbox
	app        *application.Application
	dispatcher *event.Dispatcher
	web        http.Handler
}

func newHouse(t testing.TB, policy ...realm.Policy) *house {
	t.Helper()
	base := identitytest.New(t, policy...)
	h := &house{House: base, post: &postbox{}}
	apps := application.New(application.Deps{DB: base.DB, Events: base.Events, Now: base.Clock.Now})
	var err error
	h.app, _, err = apps.Register(base.Context, base.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{redirectURI}, Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	where := func(slug string) string { return issuer + "/realms/" + slug }
	h.challenges = challenge.New(challenge.Deps{DB: base.DB, Ring: base.Ring, Now: base.Clock.Now})
	h.login = login.New(login.Deps{
		DB: base.DB, Events: base.Events, Ring: base.Ring, Passwords: base.Passwords, Users: base.Users,
		Sessions: base.Sessions, Flows: base.Flows, Applications: apps, Now: base.Clock.Now,
	})
	h.recovery = recovery.New(recovery.Deps{
		DB: base.DB, Events: base.Events, Ring: base.Ring, Realms: base.Realms, Applications: apps, Users: base.Users,
		Challenges: h.challenges, Flows: base.Flows, Logins: h.login, Letters: h.post, Issuer: where, Now: base.Clock.Now,
	})
	h.dispatcher = event.NewDispatcher(event.DispatcherDeps{
		DB: base.DB, Log: base.Events, Subscribers: []event.Subscriber{h.recovery}, Now: base.Clock.Now,
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	server := web.New(web.Deps{
		Realms: base.Realms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: base.Clock.Now,
		PublicURL: &url.URL{Scheme: "http", Host: "auth.test"},
	})
	h.recovery.Mount(server.Mux())
	server.Mux().Front.GET("/start", func(c *gin.Context) error {
		f, err := base.Flows.Start(c.Request.Context(), flow.Request{
			ApplicationID: h.app.ID, Browser: base.Flows.Bind(c), Parameters: url.Values{"redirect_uri": {redirectURI}},
		})
		if err != nil {
			return err
		}
		return web.Redirect(c, base.Flows.URLAt(f, flow.Login, "/recover"))
	})
	h.web = server.Handler()
	return h
}

// dispatch lets what was asked for happen.
func (h *house) dispatch(t testing.TB) {
	t.Helper()
	for {
		n, err := h.dispatcher.Once(h.Context)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// newest is the last letter of the kind, or nil.
func (h *house) newest(kind letter.Kind) *letter.Letter {
	for i := len(h.post.letters) - 1; i >= 0; i-- {
		if h.post.letters[i].Kind == kind {
			return &h.post.letters[i]
		}
	}
	return nil
}

// browser keeps cookies.
type browser struct {
	t    *testing.T
	h    *house
	jar  map[string]string
	page *goquery.Document
	at   string
}

func (h *house) browser(t *testing.T) *browser { return &browser{t: t, h: h, jar: map[string]string{}} }

func (b *browser) send(method, target string, form url.Values) *http.Response {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, "http://auth.test"+strings.TrimPrefix(target, issuer), body)
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

// visit follows redirects to a page.
func (b *browser) visit(target string) *http.Response {
	b.t.Helper()
	return b.follow(b.send(http.MethodGet, target, nil))
}

func (b *browser) follow(got *http.Response) *http.Response {
	b.t.Helper()
	for range 5 {
		if got.StatusCode != http.StatusSeeOther {
			return got
		}
		got = b.send(http.MethodGet, got.Header.Get("Location"), nil)
	}
	b.t.Fatal("redirects without end")
	return nil
}

// form is what submitting the page's first form sends, with fields filled in.
func (b *browser) form(fields ...string) url.Values {
	form := url.Values{}
	b.page.Find("form").First().Find("input[name]").Each(func(_ int, s *goquery.Selection) {
		form.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

// submit sends the page's form and follows the answer.
func (b *browser) submit(fields ...string) *http.Response {
	b.t.Helper()
	return b.follow(b.post(fields...))
}

func (b *browser) post(fields ...string) *http.Response {
	b.t.Helper()
	return b.send(http.MethodPost, b.page.Find("form").First().AttrOr("action", ""), b.form(fields...))
}

func (b *browser) alert() string {
	return strings.Join(strings.Fields(b.page.Find("[role=alert]").Text()), " ")
}

// ask asks for a new password from the application's sign-in and lets the letter go.
func (b *browser) ask(email string) {
	b.t.Helper()
	b.visit("/realms/acme/start")
	if got := b.submit("email", email); got.StatusCode != http.StatusOK || b.at != "/realms/acme/recover/sent" {
		b.t.Fatalf("asked: %d at %s: %s", got.StatusCode, b.at, b.page.Find("main").Text())
	}
	b.h.dispatch(b.t)
}
