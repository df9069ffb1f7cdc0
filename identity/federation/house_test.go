package federation_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"

	"authserver/identity/federation"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/letter"
	"authserver/internal/outbound"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const (
	host        = "http://auth.test"
	redirectURI = "https://app.example/cb"
	dispatcher  = "/realms/acme/oauth2/authorize?flow="
)

// letters keeps what was written.
type letters struct {
	mu   sync.Mutex
	sent []letter.Letter
}

func (l *letters) Send(_ context.Context, one letter.Letter) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, one)
	return one.Check()
}

func (l *letters) kinds() (kinds []letter.Kind) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.sent {
		kinds = append(kinds, one.Kind)
	}
	return kinds
}

// passkeys says who has one.
type passkeys struct{ has atomic.Bool }

func (p *passkeys) SignsIn(context.Context, string, string) (bool, error) { return p.has.Load(), nil }

// rewritten sends calls for hosts of this world to servers on the loopback.
type rewritten struct {
	base http.RoundTripper
	to   map[string]string
}

func (r *rewritten) RoundTrip(req *http.Request) (*http.Response, error) {
	if to, ok := r.to[req.URL.Host]; ok {
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host = "http", strings.TrimPrefix(to, "http://")
	}
	return r.base.RoundTrip(req)
}

// house is the floor with the room, behind the real router, and a dispatcher that only
// starts flows.
type house struct {
	*identitytest.House
	room     *federation.Service
	apps     *application.Service
	app      *application.Application
	letters  *letters
	passkeys *passkeys
	stripped atomic.Int64
	hosts    map[string]string
	web      http.Handler
}

func open() realm.Policy {
	policy := realm.DefaultPolicy()
	policy.Registration = true
	return policy
}

func newHouse(t testing.TB, policy ...realm.Policy) *house {
	t.Helper()
	if len(policy) == 0 {
		policy = []realm.Policy{open()}
	}
	base := identitytest.New(t, policy...)
	h := &house{House: base, letters: &letters{}, passkeys: &passkeys{}, hosts: map[string]string{}}
	h.apps = application.New(application.Deps{DB: base.DB, Events: base.Events, Now: base.Clock.Now})
	var err error
	h.app, _, err = h.apps.Register(base.Context, base.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{redirectURI}, Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.room = h.newRoom(t, base.Ring)
	server := web.New(web.Deps{
		Realms: base.Realms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: base.Clock.Now,
		PublicURL: &url.URL{Scheme: "http", Host: "auth.test"}, Persons: identitytest.Persons{House: base},
	})
	h.room.Mount(server.Mux())
	server.Mux().Front.GET("/start", func(c *gin.Context) error {
		f, err := base.Flows.Start(c.Request.Context(), flow.Request{
			ApplicationID: h.app.ID, Browser: base.Flows.Bind(c), LoginHint: c.Query("login_hint"), Prompt: strings.Fields(c.Query("prompt")),
			Parameters: url.Values{"redirect_uri": {redirectURI}},
		})
		if err != nil {
			return err
		}
		return web.Redirect(c, base.Flows.URL(f, flow.Login))
	})
	h.web = server.Handler()
	return h
}

// newRoom is the room as it is wired, over the keys.
func (h *house) newRoom(t testing.TB, ring *secret.Ring) *federation.Service {
	t.Helper()
	client := outbound.New(outbound.Options{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.CloseIdleConnections)
	client.Transport = &rewritten{client.Transport, h.hosts}
	return federation.New(federation.Deps{
		DB: h.DB, Events: h.Events, Ring: ring, Users: h.Users, Sessions: h.Sessions, Flows: h.Flows,
		Applications: h.apps, Letters: h.letters, Passkeys: h.passkeys, Client: client, Now: h.Clock.Now,
		Issuer: func(slug string) string { return host + "/realms/" + slug },
		Strip: []func(context.Context, string, string) error{func(context.Context, string, string) error {
			h.stripped.Add(1)
			return nil
		}},
	})
}

// provider makes one of the realm, that is u.
func (h *house) provider(t testing.TB, u *upstream, change ...func(*federation.Draft)) *federation.Provider {
	t.Helper()
	trust := true
	d := federation.Draft{
		Slug: "globex", Kind: federation.OIDC, Name: "Globex", Issuer: u.URL, ClientID: u.clientID, ClientSecret: u.secret, TrustEmail: &trust,
	}
	for _, c := range change {
		c(&d)
	}
	p, err := h.room.Create(h.Context, h.Realm.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func untrusted(d *federation.Draft) { *d.TrustEmail = false }

// withUpstream is a house with one provider.
func withUpstream(t testing.TB, policy ...realm.Policy) (*house, *upstream, *federation.Provider) {
	t.Helper()
	h := newHouse(t, policy...)
	u := newUpstream(t, h.Clock.Now)
	return h, u, h.provider(t, u)
}

// browser keeps cookies.
type browser struct {
	t    testing.TB
	h    *house
	jar  map[string]string
	page *goquery.Document
	f    *flow.Flow
	ctx  context.Context
}

func (h *house) browser(t testing.TB) *browser {
	return &browser{t: t, h: h, jar: map[string]string{}, ctx: t.Context()}
}

// send asks the server; a form comes from one of our pages.
func (b *browser) send(method, target string, form url.Values) *http.Response {
	b.t.Helper()
	return b.sendFrom("same-origin", method, target, form)
}

func (b *browser) sendFrom(site, method, target string, form url.Values) *http.Response {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(b.ctx, method, host+strings.TrimPrefix(target, host), body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", site)
	for name, value := range b.jar {
		// SameSite=Lax: not with another site's POST.
		if site != "cross-site" || method != http.MethodPost {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
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
	b.page = nil
	if strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		var err error
		if b.page, err = goquery.NewDocumentFromReader(got.Body); err != nil {
			b.t.Fatal(err)
		}
	}
	return got
}

// begin starts a flow.
func (b *browser) begin(query string) {
	b.t.Helper()
	got := b.send(http.MethodGet, "/realms/acme/start"+query, nil)
	if got.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("start = %d", got.StatusCode)
	}
	at, err := url.Parse(got.Header.Get("Location"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.resume(at.Query().Get("flow"))
}

func (b *browser) resume(id string) {
	b.t.Helper()
	f, err := b.h.Flows.Resume(b.h.Context, id, b.jar["browser-acme"])
	if err != nil {
		b.t.Fatal(err)
	}
	b.f = f
}

// leave presses a provider's button and returns where the page leads.
func (b *browser) leave(slug string) string {
	b.t.Helper()
	got := b.send(http.MethodPost, "/realms/acme/federation/"+slug+"/start", url.Values{
		"flow": {b.f.ID}, "proof": {b.h.Flows.Proof(b.f, flow.Login)},
	})
	return b.upstreamAddress(got)
}

// upstreamAddress is where the page that leads upstream leads.
func (b *browser) upstreamAddress(got *http.Response) string {
	b.t.Helper()
	if got.StatusCode != http.StatusOK || b.page == nil {
		b.t.Fatalf("start = %d to %s", got.StatusCode, got.Header.Get("Location"))
	}
	address := b.page.Find("main a.button").AttrOr("href", "")
	if refresh := b.page.Find(`meta[http-equiv="refresh"]`).AttrOr("content", ""); refresh != "0; url="+address || address == "" {
		b.t.Fatalf("the page leads to %q by itself and to %q by its button", refresh, address)
	}
	return address
}

// visit goes to the provider and returns where it sends the browser back to.
func (b *browser) visit(address string) string {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	back := res.Header.Get("Location")
	if res.StatusCode != http.StatusFound || !strings.HasPrefix(back, host+"/realms/acme/federation/") {
		b.t.Fatalf("the provider answered %d to %s", res.StatusCode, back)
	}
	return back
}

// signIn goes there and back, and returns the answer to the callback.
func (b *browser) signIn(slug, query string) *http.Response {
	b.t.Helper()
	b.begin(query)
	return b.sendFrom("cross-site", http.MethodGet, b.visit(b.leave(slug)), nil)
}

// session is the browser's live session, or nil.
func (b *browser) session() *session.Session {
	b.t.Helper()
	s, err := b.h.Sessions.Current(b.h.Context, b.h.Realm, b.jar["session-acme"])
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// in fails unless the answer leads back to the dispatcher with a session, and returns its user.
func (b *browser) in(got *http.Response) *user.User {
	b.t.Helper()
	s := b.session()
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != dispatcher+b.f.ID || s == nil {
		b.t.Fatalf("callback = %d to %s, session %v", got.StatusCode, got.Header.Get("Location"), s)
	}
	u, err := b.h.Users.ByID(b.h.Context, b.h.Realm.ID, s.UserID)
	if err != nil {
		b.t.Fatal(err)
	}
	b.resume(b.f.ID)
	if !b.f.Proven(flow.Login, s.ID) {
		b.t.Error("the flow does not know of the sign-in")
	}
	return u
}

// out fails unless the answer leads to the page that says code, and shows that page.
func (b *browser) out(got *http.Response, code string) {
	b.t.Helper()
	at := got.Header.Get("Location")
	if got.StatusCode != http.StatusSeeOther || !strings.Contains(at, "/federation/failed?") || !strings.Contains(at, "code="+code) {
		b.t.Errorf("callback = %d to %s, want the page for %s", got.StatusCode, at, code)
		return
	}
	if b.session() != nil {
		b.t.Error("somebody is signed in")
	}
	page := b.send(http.MethodGet, at, nil)
	if page.StatusCode < 400 || b.page == nil || b.page.Find("main a.button").AttrOr("href", "") == "" {
		b.t.Errorf("the page = %d", page.StatusCode)
		return
	}
	if text := b.page.Text(); strings.Contains(text, "raw") {
		b.t.Errorf("the page shows what the provider wrote: %s", text)
	}
}

func (h *house) linked(t testing.TB, userID string) []federation.Identity {
	t.Helper()
	all, err := h.room.Identities(h.Context, h.Realm.ID, userID)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
