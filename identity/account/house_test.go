package account_test

import (
	"context"
	"encoding/json"
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

	"authserver/identity/account"
	"authserver/identity/flow"
	"authserver/identity/gate"
	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// world is what other rooms know.
type world struct {
	mu       sync.Mutex
	trusted  string
	missing  []string
	uses     []session.Use
	tokens   map[string]token
	happened []templates.AccountEntry
}

type token struct {
	session *session.Session
	scopes  []string
	app     string
}

func (w *world) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

func (w *world) Trusts(_ context.Context, _, _, cookie string) (bool, error) {
	return cookie != "" && cookie == w.trusted, nil
}

func (w *world) Missing(context.Context, *realm.Realm, *application.Application, *user.User) ([]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.missing, nil
}

func (w *world) Person(_ context.Context, value string) (*session.Session, []string, string, error) {
	t, ok := w.tokens[value]
	if !ok {
		return nil, nil, "", errToken
	}
	return t.session, t.scopes, t.app, nil
}

func (w *world) Uses(context.Context, string, string) ([]session.Use, error) { return w.uses, nil }

func (w *world) Recent(context.Context, string, string, string, int) ([]templates.AccountEntry, error) {
	return w.happened, nil
}

type house struct {
	*identitytest.House
	*world
	apps    *application.Service
	app     *application.Application
	server  *web.Server
	handler http.Handler

	ann *user.User
}

func newHouse(t testing.TB, policy ...realm.Policy) *house {
	t.Helper()
	base := identitytest.New(t, policy...)
	h := &house{House: base, world: &world{tokens: map[string]token{}}}
	h.apps = application.New(application.Deps{DB: base.DB, Events: base.Events, Now: base.Clock.Now})
	h.app = h.register(t, "Little Shop")
	h.ann = h.User(t, "ann@example.com")
	count := func(n int) account.Count { return func(context.Context, string, string) (int, error) { return n, nil } }
	room := account.New(account.Deps{
		DB: base.DB, Flows: base.Flows, Sessions: base.Sessions, Challenges: base.Challenges, Users: base.Users,
		Applications: h.apps, Tokens: h.world, Activity: h.world,
		Gate: gate.New(gate.Deps{Users: base.Users, Factors: h.world, Profiles: h.world, Now: base.Clock.Now}),
		Safeguards: account.Safeguards{
			Passkeys: count(2), Providers: count(0), RecoveryCodes: count(0), TrustedDevices: count(1),
			Factors: func(ctx context.Context, realmID, userID string) (int, error) {
				u, err := h.Users.ByID(ctx, realmID, userID)
				if err != nil {
					return 0, err
				}
				return len(u.Factors), nil
			},
		},
		Now: base.Clock.Now,
	})
	h.server = web.New(web.Deps{
		Realms: base.Realms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: base.Clock.Now,
		PublicURL: &url.URL{Scheme: "http", Host: "auth.test"}, Persons: room,
		Brand: func(ctx context.Context) templates.Brand {
			if r, ok := realm.Maybe(ctx); ok {
				return templates.Brand{Slug: r.Slug, Name: "Acme"}
			}
			return templates.Brand{}
		},
	})
	room.Mount(h.server.Mux())
	h.mountSteps(h.server.Mux())
	h.handler = h.server.Handler()
	return h
}

func (h *house) register(t testing.TB, name string) *application.Application {
	t.Helper()
	app, _, err := h.apps.Register(h.Context, h.Realm.ID, application.Draft{
		Name: name, Type: application.Web, RedirectURIs: []string{"https://app.example/cb"}, Scopes: []string{"openid", "profile"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// mountSteps stands for the rooms whose pages prove steps, and for one that changes
// the keys to an account.
func (h *house) mountSteps(m *web.Mux) {
	show := func(c *gin.Context, f *flow.Flow) error {
		return web.Page(c, http.StatusOK, &templates.SignIn{Email: f.LoginHint})
	}
	m.Pages.GET("/login", h.Flows.Handle(flow.Login, show))
	m.Pages.GET("/mfa", h.Flows.Handle(flow.SecondFactor, show))
	m.Pages.GET("/complete-profile", h.Flows.Handle(flow.Profile, show))
	m.Pages.POST("/login", h.Flows.Handle(flow.Login, func(c *gin.Context, f *flow.Flow) error {
		form, err := web.Form(c)
		if err != nil {
			return err
		}
		if form.Get("action") == "cancel" {
			if err := h.Flows.Deny(c.Request.Context(), f); err != nil {
				return err
			}
			return web.Redirect(c, h.Flows.ReturnURL(f))
		}
		u, err := h.Users.ByEmail(c.Request.Context(), h.Realm.ID, form.Get("email"))
		if err != nil {
			return err
		}
		return h.proves(c, f, func(ctx context.Context) (flow.Proof, string, error) {
			prior, err := h.Sessions.Of(c)
			if err != nil {
				return flow.Proof{}, "", err
			}
			s, cookie, err := h.Sessions.Begin(ctx, h.Realm, u.ID, []string{session.AMRPassword}, prior)
			if err != nil {
				return flow.Proof{}, "", err
			}
			return flow.Proof{Step: flow.Login, SessionID: s.ID}, cookie, nil
		})
	}))
	m.Pages.POST("/mfa", h.Flows.Handle(flow.SecondFactor, func(c *gin.Context, f *flow.Flow) error {
		return h.proves(c, f, func(ctx context.Context) (flow.Proof, string, error) {
			current, err := h.Sessions.Of(c)
			if err != nil {
				return flow.Proof{}, "", err
			}
			cookie, err := h.Sessions.Elevate(ctx, current, session.AMRCode)
			return flow.Proof{Step: flow.SecondFactor, SessionID: current.ID}, cookie, err
		})
	}))
	who := func(c *gin.Context) error {
		return web.JSON(c, http.StatusOK, session.From(c.Request.Context()).UserID)
	}
	m.Account.Fresh().GET("/keys", who)
	m.Me.Fresh().POST("/keys", who)
	m.Me.GET("/who", who)
}

func (h *house) proves(c *gin.Context, f *flow.Flow, step func(ctx context.Context) (flow.Proof, string, error)) error {
	cookie := ""
	err := h.DB.InTx(c.Request.Context(), func(ctx context.Context) error {
		proof, value, err := step(ctx)
		if err != nil {
			return err
		}
		cookie = value
		return h.Flows.Prove(ctx, f, proof)
	})
	if err != nil {
		return h.Flows.Refuse(c, err)
	}
	session.Keep(c, cookie)
	return web.Redirect(c, h.Flows.ReturnURL(f))
}

// browser keeps cookies and follows redirects.
type browser struct {
	t      *testing.T
	h      *house
	jar    map[string]string
	page   *goquery.Document
	at     string
	status int
	body   string
	header http.Header
}

func (h *house) browser(t *testing.T) *browser { return &browser{t: t, h: h, jar: map[string]string{}} }

// as is a browser in which the user is signed in.
func (h *house) as(t *testing.T, userID string) (*browser, *session.Session) {
	t.Helper()
	s, value := h.Session(t, userID)
	b := h.browser(t)
	b.jar["session-acme"] = value
	return b, s
}

func (b *browser) send(method, target string, form url.Values, header ...string) int {
	b.t.Helper()
	for range 10 {
		var body io.Reader
		if form != nil {
			body = strings.NewReader(form.Encode())
		}
		r := httptest.NewRequestWithContext(b.t.Context(), method, "http://auth.test"+target, body)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for _, line := range header {
			name, value, _ := strings.Cut(line, ": ")
			r.Header.Set(name, value)
		}
		for name, value := range b.jar {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		w := httptest.NewRecorder()
		b.h.handler.ServeHTTP(w, r)
		for _, cookie := range w.Result().Cookies() {
			if cookie.MaxAge < 0 {
				delete(b.jar, cookie.Name)
			} else {
				b.jar[cookie.Name] = cookie.Value
			}
		}
		b.at, b.status, b.body, b.header = target, w.Code, w.Body.String(), w.Header()
		if w.Code != http.StatusSeeOther {
			break
		}
		method, target, form = http.MethodGet, w.Header().Get("Location"), nil
	}
	if strings.HasPrefix(b.header.Get("Content-Type"), "text/html") {
		var err error
		if b.page, err = goquery.NewDocumentFromReader(strings.NewReader(b.body)); err != nil {
			b.t.Fatal(err)
		}
	}
	return b.status
}

func (b *browser) open(target string) int { return b.send(http.MethodGet, target, nil) }

// path is where the browser has come to, without the query.
func (b *browser) path() string {
	path, _, _ := strings.Cut(b.at, "?")
	return path
}

// post sends a form to where the browser is, with the flow that its address names.
func (b *browser) post(fields ...string) int {
	b.t.Helper()
	path, query, _ := strings.Cut(b.at, "?")
	form, err := url.ParseQuery(query)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.send(http.MethodPost, path, form)
}

func (b *browser) text(selector string) string {
	return strings.Join(strings.Fields(b.page.Find(selector).Text()), " ")
}

func (b *browser) json(into any) {
	b.t.Helper()
	if err := json.Unmarshal([]byte(b.body), into); err != nil {
		b.t.Fatalf("%v: %s", err, b.body)
	}
}

// factors gives Ann a second factor, or takes it away.
func (h *house) factors(t *testing.T, n int) {
	t.Helper()
	if err := h.Users.MarkFactor(h.Context, h.Realm.ID, h.ann.ID, user.FactorTOTP, n > 0); err != nil {
		t.Fatal(err)
	}
}
