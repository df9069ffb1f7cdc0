package e2e

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/identity/user"
	"authserver/internal/config"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/server"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// House is a running server on a fresh database, with one realm.
type House struct {
	URL      string // what people type
	Issuer   string // of the realm
	Database string // its URL
	// SecretKeys is its setting of that name, for a second node of the same house.
	SecretKeys string
	Server     *server.Server
	Realm      *realm.Realm
	Clock      *Clock

	t testing.TB
}

// Clock runs with real time, ahead by what the test has played so far.
type Clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Now is the house's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead).UTC().Truncate(time.Microsecond)
}

// Play lets time pass.
func (c *Clock) Play(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// Open starts a house on the database of this run (SQLite, or PostgreSQL where TEST_DATABASE_URL is set) and closes it
// with the test. The listener exists before the server, because the issuer is part of what the server is built from.
func Open(t testing.TB) *House {
	t.Helper()
	return open(t, "127.0.0.1", nil)
}

// OpenWith is Open with other settings.
func OpenWith(t testing.TB, change func(*config.Config)) *House {
	t.Helper()
	return open(t, "127.0.0.1", change)
}

// OpenNamed is Open with a house at localhost, because browsers have passkeys only where an address has a name.
func OpenNamed(t testing.TB) *House {
	t.Helper()
	return open(t, "localhost", nil)
}

func open(t testing.TB, host string, change func(*config.Config)) *House {
	t.Helper()
	h := &House{Database: dbtest.URL(t), SecretKeys: secret.NewKey(), Clock: &Clock{}, t: t}
	front := httptest.NewUnstartedServer(http.NotFoundHandler())
	_, port, err := net.SplitHostPort(front.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	h.URL = "http://" + net.JoinHostPort(host, port)

	cfg, err := config.Load(config.Dev, []string{
		"AUTHSERVER_PUBLIC_URL=" + h.URL,
		"AUTHSERVER_DATABASE_URL=" + h.Database,
		"AUTHSERVER_SECRET_KEYS=" + h.SecretKeys,
	}, "")
	if err != nil {
		t.Fatalf("settings: %v", err)
	}
	cfg.RateLimits = false // tests are quicker than people, and all come from one address
	cfg.RSABits = 2048     // 3072 take a second to find, and every test finds its own
	cfg.DatabaseMaxConns = 8
	if change != nil {
		change(&cfg)
	}
	h.Server, err = server.New(t.Context(), cfg, server.Options{Logger: logger(t), Now: h.Clock.Now})
	if err != nil {
		t.Fatalf("server: %v", err)
	}
	front.Config.Handler = h.Server.Handler()
	front.Start()
	t.Cleanup(func() {
		front.Close()
		if err := h.Server.Close(); err != nil {
			t.Errorf("close the server: %v", err)
		}
		if err := h.checkEvents(); err != nil {
			t.Errorf("what was recorded: %v", err)
		}
	})
	h.Realm = h.NewRealm("acme")
	h.Issuer = h.URL + "/realms/acme"
	return h
}

// Operator is the context in which the house's furniture is moved.
func (h *House) Operator() context.Context {
	return event.WithActor(h.t.Context(), event.Actor{Kind: "operator", ID: "e2e"})
}

// NewRealm adds a realm.
func (h *House) NewRealm(slug string) *realm.Realm {
	h.t.Helper()
	r, err := h.Server.Realms.Create(h.Operator(), realm.Draft{Slug: slug, Name: strings.ToUpper(slug[:1]) + slug[1:]})
	if err != nil {
		h.t.Fatalf("realm %s: %v", slug, err)
	}
	return r
}

// NewParty registers an application and returns the relying party that has its credentials and has read the realm's metadata. change
// may alter the registration.
func (h *House) NewParty(change func(*application.Draft)) *Party {
	h.t.Helper()
	n := application.Draft{
		Name: "Harbour", Type: application.Web,
		RedirectURIs:           []string{"https://harbour.example/callback"},
		PostLogoutRedirectURIs: []string{"https://harbour.example/bye"},
		GrantTypes:             []string{"authorization_code", "refresh_token", "client_credentials"},
		Scopes:                 []string{"openid", "profile", "email", "phone", "address", "offline_access"},
	}
	if change != nil {
		change(&n)
	}
	app, plain, err := h.Server.Applications.Register(h.Operator(), h.Realm.ID, n)
	if err != nil {
		h.t.Fatalf("application: %v", err)
	}
	p := &Party{
		Issuer: h.Issuer, ClientID: app.ClientID, Secret: plain, Scope: "openid profile email offline_access",
		HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	if len(n.RedirectURIs) > 0 {
		p.RedirectURI = n.RedirectURIs[0]
	}
	h.t.Cleanup(p.HTTP.CloseIdleConnections)
	if err := p.Discover(h.t.Context()); err != nil {
		h.t.Fatalf("discovery: %v", err)
	}
	return p
}

// NewPerson gives somebody an account and a browser.
func (h *House) NewPerson(email string) *Person {
	h.t.Helper()
	p := &Person{Browser: NewBrowser(h.URL), Email: email, Password: "plum-Carriage-41-tin"}
	if _, err := h.Server.Users.Create(h.Operator(), h.Realm, user.NewUser{Email: p.Email, Password: p.Password, Verified: true}); err != nil {
		h.t.Fatalf("user %s: %v", email, err)
	}
	h.t.Cleanup(p.Close)
	return p
}

// logger writes what the server says into the test's output, warnings and worse only.
func logger(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(testOutput{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type testOutput struct{ t testing.TB }

func (o testOutput) Write(line []byte) (int, error) {
	if o.t.Context().Err() != nil { // the test is over: its output is closed
		return os.Stderr.Write(line)
	}
	// Time that a test plays counts as the database's.
	if !bytes.Contains(line, []byte(`msg="slow query"`)) {
		o.t.Logf("%s", line)
	}
	return len(line), nil
}
