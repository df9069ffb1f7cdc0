package registration_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/registration"
	"authserver/identity/session"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const (
	issuer  = "https://id.example"
	dialled = "/realms/acme/oauth2/authorize?flow="
	chosen  = "quiet lamps over water"
)

// house is the floor with the room, the sign-in page, and a dispatcher that only starts
// flows.
type house struct {
	*identitytest.House
	registration *registration.Service
	challenges   *challenge.Service
	apps         *application.Service
	app          *application.Application
	post         *identitytest.Post
	web          http.Handler
}

func open() realm.Policy {
	p := realm.DefaultPolicy()
	p.Registration = true
	return p
}

func newHouse(t testing.TB, policy ...realm.Policy) *house {
	t.Helper()
	if len(policy) == 0 {
		policy = []realm.Policy{open()}
	}
	h := &house{House: identitytest.New(t, policy...)}
	h.post = &identitytest.Post{DB: h.DB}
	h.apps = application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	h.app = h.register(t, "Little Shop")
	h.challenges = challenge.New(challenge.Deps{DB: h.DB, Ring: h.Ring, Now: h.Clock.Now})
	h.registration = registration.New(registration.Deps{
		DB: h.DB, Events: h.Events, Users: h.Users, Sessions: h.Sessions, Flows: h.Flows, Challenges: h.challenges,
		Applications: h.apps, Letters: h.post, Issuer: func(slug string) string { return issuer + "/realms/" + slug },
	})
	signIn := login.New(login.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Passwords: h.Passwords, Users: h.Users, Sessions: h.Sessions, Flows: h.Flows,
		Applications: h.apps, Registration: h.registration, Now: h.Clock.Now,
	})
	h.web = h.Serve(nil, func(m *web.Mux) {
		h.registration.Mount(m)
		signIn.Mount(m)
		m.Front.GET("/start/:app", func(c *gin.Context) error {
			f, err := h.Flows.Start(c.Request.Context(), flow.Request{
				ApplicationID: c.Param("app"), Browser: h.Flows.Bind(c), LoginHint: c.Query("login_hint"),
			})
			if err != nil {
				return err
			}
			return web.Redirect(c, h.Flows.URL(f, flow.Login))
		})
	})
	return h
}

func (h *house) register(t testing.TB, name string, spoil ...func(*application.Draft)) *application.Application {
	t.Helper()
	d := application.Draft{Name: name, Type: application.Web, RedirectURIs: []string{"https://app.example/cb"}}
	for _, s := range spoil {
		s(&d)
	}
	app, _, err := h.apps.Register(h.Context, h.Realm.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// person is a browser that stands at a page of the house.
type person struct {
	*identitytest.Browser
	h *house
}

func (h *house) person(t testing.TB) *person {
	return &person{identitytest.NewBrowser(t, h.web), h}
}

// follow goes where the answer leads.
func (p *person) follow(got *http.Response) *http.Response {
	p.T.Helper()
	if got.StatusCode != http.StatusSeeOther {
		p.T.Fatalf("answer %d, want 303: %s", got.StatusCode, p.Body)
	}
	return p.Get(got.Header.Get("Location"))
}

// begin opens the form to register from the sign-in page of the application.
func (p *person) begin() *http.Response {
	p.T.Helper()
	p.follow(p.Get("/realms/acme/start/" + p.h.app.ID))
	link, ok := p.Page.Find(`main a[href^="/realms/acme/register"]`).Attr("href")
	if !ok {
		p.T.Fatalf("the sign-in page offers no registration: %s", p.Body)
	}
	return p.Get(link)
}

// enter fills in the form.
func (p *person) enter(email, password string) *http.Response {
	p.T.Helper()
	return p.Submit("email", email, "new_password", password, "name", "Ann", "action", "register")
}

// asked has filled it in and waits for the letter.
func (p *person) asked(email string) {
	p.T.Helper()
	p.begin()
	if got := p.follow(p.enter(email, chosen)); got.StatusCode != http.StatusOK || p.Page.Find("#code").Length() != 1 {
		p.T.Fatalf("after the form %d: %s", got.StatusCode, p.Body)
	}
}

func (p *person) code(code string) *http.Response {
	p.T.Helper()
	return p.Submit("code", code, "action", "confirm")
}

func (p *person) session() *session.Session {
	p.T.Helper()
	s, err := p.h.Sessions.Current(p.h.Context, p.h.Realm, p.Cookies["session-acme"])
	if err != nil {
		p.T.Fatal(err)
	}
	return s
}

// link is the address below the host that a letter leads to.
func link(t testing.TB, address string) string {
	t.Helper()
	path, ok := strings.CutPrefix(address, issuer)
	if u, err := url.Parse(address); err != nil || !ok || u.Query().Get("token") == "" {
		t.Fatalf("the letter's link is %q", address)
	}
	return path
}

// wrong is a code that is not the one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}
