// Package identitytest builds the people's floor on a fresh database for tests: a
// realm, users, sessions, flows, and a clock that stands until it is moved.
package identitytest

import (
	"context"
	"sync"
	"testing"
	"time"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// Password is the password of every user that House.User makes.
const Password = "kwpz raxv jmbt"

// Clock stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the time.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Grants notes what was revoked.
type Grants struct {
	mu              sync.Mutex
	sessions, users []string
}

// RevokeSession implements session.Grants.
func (g *Grants) RevokeSession(_ context.Context, _, sessionID, _ string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions = append(g.sessions, sessionID)
	return nil
}

// RevokeUser implements session.Grants.
func (g *Grants) RevokeUser(_ context.Context, _, userID string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.users = append(g.users, userID)
	return nil
}

// Revoked returns the sessions and users whose grants were revoked.
func (g *Grants) Revoked() (sessions, users []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string(nil), g.sessions...), append([]string(nil), g.users...)
}

// House is the floor with what stands below it.
type House struct {
	DB         *database.DB
	URL        string // of DB, for a second node
	Clock      *Clock
	Events     *event.Log
	Ring       *secret.Ring
	Passwords  *secret.Passwords
	Grants     *Grants
	Realms     *realm.Service
	Sessions   *session.Service
	Users      *user.Service
	Flows      *flow.Service
	Challenges *challenge.Service
	Realm      *realm.Realm
	// Context acts as a command of the operator in Realm.
	Context context.Context
}

type noKeys struct{}

func (noKeys) Ensure(context.Context, string) error { return nil }

// New builds a house whose realm has the given policy, or the default one.
func New(t testing.TB, policy ...realm.Policy) *House {
	t.Helper()
	url := dbtest.URL(t)
	h := &House{DB: dbtest.Open(t, url), URL: url, Clock: &Clock{now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}, Grants: &Grants{}}
	var err error
	if h.Ring, err = secret.ParseRing([]string{secret.NewKey(), secret.NewKey()}); err != nil {
		t.Fatal(err)
	}
	h.Passwords = secret.NewPasswords(secret.PasswordParams{Memory: 64, Time: 1, Threads: 1, Concurrency: 4, Wait: time.Minute})
	h.Events = event.New(event.Deps{DB: h.DB, Now: h.Clock.Now})
	h.Realms = realm.New(realm.Deps{DB: h.DB, Events: h.Events, Keys: noKeys{}, Now: h.Clock.Now})
	h.Sessions = session.New(session.Deps{DB: h.DB, Events: h.Events, Grants: h.Grants, Now: h.Clock.Now})
	h.Users = user.New(user.Deps{
		DB: h.DB, Events: h.Events, Passwords: h.Passwords, Sessions: h.Sessions, Realms: h.Realms, Now: h.Clock.Now,
	})
	h.Flows = flow.New(flow.Deps{DB: h.DB, Events: h.Events, Ring: h.Ring, Now: h.Clock.Now})
	h.Challenges = challenge.New(challenge.Deps{DB: h.DB, Ring: h.Ring, Now: h.Clock.Now})
	h.Context = event.WithActor(context.Background(), event.Actor{Kind: event.Operator, IP: "192.0.2.7", UserAgent: "test"})
	h.Realm = h.NewRealm(t, "acme", policy...)
	h.Context = realm.Into(h.Context, h.Realm)
	return h
}

// NewRealm makes a further realm.
func (h *House) NewRealm(t testing.TB, slug string, policy ...realm.Policy) *realm.Realm {
	t.Helper()
	n := realm.Draft{Slug: slug, Name: "Realm " + slug}
	if len(policy) > 0 {
		n.Policy = policy[0]
	}
	r, err := h.Realms.Create(h.Context, n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// User makes a user of Realm with Password.
func (h *House) User(t testing.TB, email string) *user.User {
	t.Helper()
	u, err := h.Users.Create(h.Context, h.Realm, user.NewUser{Email: email, Password: Password, Verified: true})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Session begins a session of the user and returns it with its cookie's value.
func (h *House) Session(t testing.TB, userID string) (*session.Session, string) {
	t.Helper()
	s, value, err := h.Sessions.Begin(h.Context, h.Realm, userID, []string{"pwd"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, value
}

// Together runs fn n times at the same moment and returns the errors.
func Together(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var done sync.WaitGroup
	for i := range n {
		done.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	done.Wait()
	return errs
}
