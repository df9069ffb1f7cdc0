// Package passkey_test signs people in with passkeys in a real Chromium, whose debugger plays
// the authenticators: one that is built in and verifies people, and one on USB that is only
// touched.
package passkey_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/passkey"
	"authserver/identity/session"
	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// house is the rooms of a sign-in behind a real connection at localhost, the one address
// without TLS at which browsers have passkeys. Its dispatcher asks for what flow.Next
// wants and shows how the person has come in.
type house struct {
	*identitytest.House
	passkeys *passkey.Service
	app      *application.Application
	address  string
}

func open(t *testing.T, policies ...realm.Policy) *house {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	public := &url.URL{Scheme: "http", Host: fmt.Sprintf("localhost:%d", listener.Addr().(*net.TCPAddr).Port)}
	h := &house{House: identitytest.New(t, policies...), address: public.String()}
	apps := application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	h.app, _, err = apps.Register(h.Context, h.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{"https://app.example/cb"}, Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	signIn := login.New(login.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Passwords: h.Passwords, Users: h.Users, Sessions: h.Sessions,
		Flows: h.Flows, Applications: apps, Now: h.Clock.Now,
	})
	h.passkeys = passkey.New(passkey.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Users: h.Users, Sessions: h.Sessions, Flows: h.Flows, Applications: apps,
		Letters: h, Factors: h, Providers: h, PublicURL: public, Now: h.Clock.Now,
	})
	server := web.New(web.Deps{
		Realms: h.Realms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: h.Clock.Now, PublicURL: public, Persons: h,
		Brand: func(ctx context.Context) templates.Brand {
			if r, ok := realm.Maybe(ctx); ok {
				return templates.Brand{Slug: r.Slug, Name: r.Name}
			}
			return templates.Brand{}
		},
	})
	signIn.Mount(server.Mux())
	h.passkeys.Mount(server.Mux())
	server.Mux().Front.GET("/start", h.start)
	server.Mux().Front.GET("/oauth2/authorize", h.dispatch)
	served := &httptest.Server{Listener: listener, Config: &http.Server{Handler: server.Handler()}}
	served.Start()
	t.Cleanup(served.Close)
	return h
}

func (h *house) at(path string) string { return h.address + "/realms/acme" + path }

func (h *house) start(c *gin.Context) error {
	f, err := h.Flows.Start(c.Request.Context(), flow.Request{ApplicationID: h.app.ID, Browser: h.Flows.Bind(c)})
	if err != nil {
		return err
	}
	return web.Redirect(c, h.Flows.ReturnURL(f))
}

// dispatch is what oauth does, without an application to go back to.
func (h *house) dispatch(c *gin.Context) error {
	ctx := c.Request.Context()
	f, err := h.Flows.Resume(ctx, c.Query("flow"), h.Flows.Browser(c))
	if err != nil {
		return err
	}
	s, err := h.Sessions.Of(c)
	if err != nil {
		return err
	}
	facts := flow.Facts{FirstParty: true}
	if s != nil {
		facts.Session = &flow.SessionFacts{ID: s.ID, UserID: s.UserID, AuthenticatedAt: s.AuthenticatedAt, AMR: s.AMR, ACR: s.ACR}
		has, err := h.passkeys.Enrolled(ctx, h.Realm.ID, s.UserID)
		switch {
		case err != nil:
			return err
		case s.MultiFactor():
		case has:
			facts.SecondFactor = flow.NeedAsk
		case realm.From(ctx).Policy.SecondFactor == realm.Required:
			facts.SecondFactor = flow.NeedEnrol
		}
	}
	switch step := flow.Next(f, facts); step {
	case flow.SecondFactor:
		return web.Redirect(c, h.Flows.URLAt(f, step, "/mfa/passkey"))
	case flow.Enrol:
		return web.Redirect(c, h.Flows.URLAt(f, step, "/mfa/setup/passkey"))
	case flow.Done:
		c.Header("Content-Type", "text/html; charset=utf-8")
		_, err := fmt.Fprintf(c.Writer, "<!doctype html><title>Done</title><main><h1>You are in</h1><p id=how>%s %s</p></main>",
			html.EscapeString(strings.Join(s.AMR, " ")), s.ACR)
		return err
	default:
		return web.Redirect(c, h.Flows.URL(f, step))
	}
}

// Account implements web.Persons: whoever has a session comes in.
func (h *house) Account(c *gin.Context, _ string, _ bool) (bool, error) {
	s, err := h.Sessions.Of(c)
	if err != nil || s == nil {
		return false, err
	}
	c.Request = c.Request.WithContext(session.Into(c.Request.Context(), s))
	return true, nil
}

// Me implements web.Persons.
func (h *house) Me(c *gin.Context, fresh bool) error {
	_, err := h.Account(c, "", fresh)
	return err
}

// Person implements web.Persons.
func (h *house) Person(*gin.Context) (templates.Person, error) {
	return templates.Person{Name: "Ann Archer", Email: "ann@example.com", Initials: "AA"}, nil
}

// Send implements passkey.Letters.
func (h *house) Send(context.Context, letter.Letter) error { return nil }

// Enrolled implements passkey.Factors.
func (h *house) Enrolled(ctx context.Context, realmID, userID string) ([]string, error) {
	has, err := h.passkeys.Enrolled(ctx, realmID, userID)
	if !has {
		return nil, err
	}
	return []string{"passkey"}, err
}

// Distrust implements passkey.Factors.
func (h *house) Distrust(context.Context, string, string, string) error { return nil }

// Linked implements passkey.Providers.
func (h *house) Linked(context.Context, string, string) (bool, error) { return false, nil }

// FirstCodes implements passkey.Factors.
func (h *house) FirstCodes(context.Context, *realm.Realm, string, string) (bool, error) {
	return false, nil
}

// CodesURL implements passkey.Factors.
func (h *house) CodesURL(f *flow.Flow) string { return h.Flows.ReturnURL(f) }
