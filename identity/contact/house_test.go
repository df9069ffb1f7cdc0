package contact_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/contact"
	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const (
	issuer  = "https://id.example"
	dialled = "/realms/acme/oauth2/authorize?flow="
	mobile  = "+4915123456789"
)

// house is the floor with the room, and a dispatcher that only starts flows, signed in
// within them or not.
type house struct {
	*identitytest.House
	contact    *contact.Service
	challenges *challenge.Service
	app        *application.Application
	post       *identitytest.Post
	web        http.Handler
	stripped   []string // whom newer was asked about
	distrusted []string // whose browsers are not trusted any more
}

func newHouse(t testing.TB, policy ...realm.Policy) *house {
	t.Helper()
	h := &house{House: identitytest.New(t, policy...)}
	h.post = &identitytest.Post{DB: h.DB}
	apps := application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	var err error
	h.app, _, err = apps.Register(h.Context, h.Realm.ID, application.Draft{
		Name: "Little Shop", Type: application.Web, RedirectURIs: []string{"https://app.example/cb"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.challenges = challenge.New(challenge.Deps{DB: h.DB, Ring: h.Ring, Now: h.Clock.Now})
	h.contact = contact.New(contact.Deps{
		DB: h.DB, Events: h.Events, Users: h.Users, Sessions: h.Sessions, Flows: h.Flows, Challenges: h.challenges,
		Applications: apps, Letters: h.post, Factors: h, Newer: []func(context.Context, string, string, time.Time) error{h.newer}, Issuer: func(slug string) string { return issuer + "/realms/" + slug },
	})
	h.web = h.Serve(identitytest.Persons{House: h.House}, func(m *web.Mux) {
		h.contact.Mount(m)
		m.Front.GET("/start/:proven", func(c *gin.Context) error {
			f, err := h.Flows.Start(c.Request.Context(), flow.Request{ApplicationID: h.app.ID, Browser: h.Flows.Bind(c)})
			if err != nil {
				return err
			}
			if current, err := h.Sessions.Of(c); err == nil && current != nil && c.Param("proven") == "yes" {
				err = h.Flows.Prove(c.Request.Context(), f, flow.Proof{Step: flow.Login, SessionID: current.ID, Method: "pwd"})
				if err != nil {
					return err
				}
			}
			return web.Redirect(c, h.Flows.URL(f, flow.VerifyEmail))
		})
	})
	return h
}

// unproven is a user whose address nobody has proven.
func (h *house) unproven(t testing.TB, email string) *user.User {
	t.Helper()
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: email, Password: identitytest.Password})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (h *house) user(t testing.TB, userID string) *user.User {
	t.Helper()
	u, err := h.Users.ByID(h.Context, h.Realm.ID, userID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// asking is the user in a place of their own.
func (h *house) asking(t testing.TB, userID string) contact.Asking {
	t.Helper()
	return contact.Asking{Realm: h.Realm, User: h.user(t, userID), Binding: "place-" + userID}
}

// person is a browser, signed in as a user.
type person struct {
	*identitytest.Browser
	h *house
}

func (h *house) stranger(t testing.TB) *person {
	return &person{identitytest.NewBrowser(t, h.web), h}
}

func (h *house) person(t testing.TB, u *user.User) *person {
	p := h.stranger(t)
	p.SignIn(h.House, u.ID)
	return p
}

// step opens the step's page in a new flow.
func (p *person) step(proven string) *http.Response {
	p.T.Helper()
	return p.follow(p.Get("/realms/acme/start/" + proven))
}

func (p *person) follow(got *http.Response) *http.Response {
	p.T.Helper()
	if got.StatusCode != http.StatusSeeOther {
		p.T.Fatalf("answer %d, want 303: %s", got.StatusCode, p.Body)
	}
	return p.Get(got.Header.Get("Location"))
}

// press sends the form that holds the button of that action.
func (p *person) press(action string, fields ...string) *http.Response {
	p.T.Helper()
	button := p.Page.Find(`main button[name="action"][value="` + action + `"]`)
	if button.Length() != 1 {
		p.T.Fatalf("%d buttons %s: %s", button.Length(), action, p.Body)
	}
	form := url.Values{"action": {action}}
	whole := button.Closest("form")
	for _, name := range []string{"flow", "proof"} {
		if v, ok := whole.Find(`input[name="` + name + `"]`).Attr("value"); ok {
			form.Set(name, v)
		}
	}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return p.Post(whole.AttrOr("action", ""), form)
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
	if !ok || !strings.Contains(path, "?token=") {
		t.Fatalf("the letter's link is %q", address)
	}
	return path
}

func token(t testing.TB, address string) string {
	t.Helper()
	_, value, _ := strings.Cut(link(t, address), "?token=")
	return value
}

func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// inTx runs fn in a transaction.
func (h *house) inTx(t testing.TB, fn func(ctx context.Context) error) {
	t.Helper()
	if err := h.DB.InTx(h.Context, fn); err != nil {
		t.Fatal(err)
	}
}

// newer stands for the rooms that lose what is newer than an undone change.
func (h *house) newer(ctx context.Context, _, userID string, since time.Time) error {
	if !database.Within(ctx) {
		return database.ErrOutsideTransaction
	}
	h.stripped = append(h.stripped, userID+" since "+since.Format(time.RFC3339))
	return nil
}

func (h *house) Distrust(ctx context.Context, _, userID, _ string) error {
	if !database.Within(ctx) {
		return database.ErrOutsideTransaction
	}
	h.distrusted = append(h.distrusted, userID)
	return nil
}

// Enrolled implements contact.Factors: codes by SMS count wherever a number is proven.
func (h *house) Enrolled(ctx context.Context, realmID, userID string) ([]string, error) {
	u, err := h.Users.ByID(ctx, realmID, userID)
	if err != nil || !u.PhoneVerified {
		return nil, err
	}
	return []string{"sms"}, nil
}
