package mfa_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	lib "github.com/pquerna/otp/totp"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/gate"
	"authserver/identity/identitytest"
	"authserver/identity/login"
	"authserver/identity/mfa"
	"authserver/identity/session"
	"authserver/identity/totp"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const redirectURI = "https://app.example/cb"

// outbox keeps the letters whose transaction was committed.
type outbox struct {
	db      *database.DB
	mu      sync.Mutex
	letters []letter.Letter
}

// Send implements mfa.Letters.
func (o *outbox) Send(ctx context.Context, l letter.Letter) error {
	if !database.Within(ctx) {
		return errors.New("letter outside a transaction")
	}
	if err := l.Check(); err != nil {
		return err
	}
	o.db.AfterCommit(ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.letters = append(o.letters, l)
	})
	return nil
}

// of returns the letters of a kind, oldest first.
func (o *outbox) of(kind letter.Kind) []letter.Letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	var some []letter.Letter
	for _, l := range o.letters {
		if l.Kind == kind {
			some = append(some, l)
		}
	}
	return some
}

// passkeys is the room of passkeys as far as this one asks: who has one.
type passkeys struct {
	mu  sync.Mutex
	has map[string]bool
}

// Enrolled implements mfa.Factor.
func (p *passkeys) Enrolled(_ context.Context, _, userID string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.has[userID], nil
}

// RemoveAll implements mfa.Factor.
func (p *passkeys) RemoveAll(_ context.Context, _, userID string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	had := p.has[userID]
	delete(p.has, userID)
	return had, nil
}

type profiles struct{}

func (profiles) Missing(context.Context, *realm.Realm, *application.Application, *user.User) ([]string, error) {
	return nil, nil
}

// house is the floor with the pages, a dispatcher and a door to the account.
type house struct {
	*identitytest.House
	mfa        *mfa.Service
	totp       *totp.Service
	login      *login.Service
	gate       *gate.Service
	challenges *challenge.Service
	passkeys   *passkeys
	outbox     *outbox
	app        *application.Application
	web        http.Handler
}

func newHouse(t testing.TB, change ...func(*realm.Policy)) *house {
	t.Helper()
	policy := realm.DefaultPolicy()
	for _, fn := range change {
		fn(&policy)
	}
	base := identitytest.New(t, policy)
	h := &house{House: base, outbox: &outbox{db: base.DB}, passkeys: &passkeys{has: map[string]bool{}}}
	db, events, now := base.DB, base.Events, base.Clock.Now
	apps := application.New(application.Deps{DB: db, Events: events, Now: now})
	var err error
	h.app, _, err = apps.Register(base.Context, base.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{redirectURI}, Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.challenges = challenge.New(challenge.Deps{DB: db, Ring: base.Ring, Now: now})
	h.totp = totp.New(totp.Deps{DB: db, Events: events, Ring: base.Ring, Users: base.Users, Now: now})
	h.login = login.New(login.Deps{
		DB: db, Events: events, Ring: base.Ring, Passwords: base.Passwords, Users: base.Users,
		Sessions: base.Sessions, Flows: base.Flows, Applications: apps, Now: now,
	})
	h.mfa = mfa.New(mfa.Deps{
		DB: db, Events: events, Ring: base.Ring, Realms: base.Realms, Applications: apps, Users: base.Users,
		Sessions: base.Sessions, Flows: base.Flows, Challenges: h.challenges, TOTP: h.totp, Passkeys: h.passkeys,
		Attempts: h.login, Letters: h.outbox, Issuer: func(slug string) string { return "http://auth.test/realms/" + slug }, Now: now,
	})
	h.gate = gate.New(gate.Deps{Users: base.Users, Factors: h.mfa, Profiles: profiles{}, Now: now})
	server := web.New(web.Deps{
		Realms: base.Realms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: now,
		PublicURL: &url.URL{Scheme: "http", Host: "auth.test"}, Persons: door{h},
	})
	h.login.Mount(server.Mux())
	h.mfa.Mount(server.Mux())
	server.Mux().Front.GET("/start", h.start)
	server.Mux().Front.GET("/oauth2/authorize", h.dispatch)
	h.web = server.Handler()
	return h
}

func (h *house) start(c *gin.Context) error {
	r := flow.Request{ApplicationID: h.app.ID, Browser: h.Flows.Bind(c), Parameters: url.Values{"redirect_uri": {redirectURI}}}
	if c.Query("prompt") != "" {
		r.Prompt = []string{c.Query("prompt")}
	}
	if c.Query("acr_values") != "" {
		r.ACRValues = []string{c.Query("acr_values")}
	}
	f, err := h.Flows.Start(c.Request.Context(), r)
	if err != nil {
		return err
	}
	return web.Redirect(c, h.Flows.ReturnURL(f))
}

// dispatch does what oauth does, but for consent and codes.
func (h *house) dispatch(c *gin.Context) error {
	ctx := c.Request.Context()
	f, err := h.Flows.Resume(ctx, c.Query("flow"), h.Flows.Browser(c))
	if err != nil {
		return err
	}
	current, err := h.Sessions.Of(c)
	if err != nil {
		return err
	}
	in := realm.From(ctx)
	facts, err := h.gate.Facts(ctx, in, gate.Input{App: h.app, Flow: f, Session: current, Trusted: web.Cookie(c, gate.TrustedCookie(in.Slug))})
	if err != nil {
		return err
	}
	switch step := flow.Next(f, facts); step {
	case flow.Done, flow.Denied:
		return web.Redirect(c, redirectURI+"?outcome="+string(step))
	default:
		return web.Redirect(c, h.Flows.URL(f, step))
	}
}

// door lets people into the account as identity/account does, but only says where it
// would lead who may not enter.
type door struct{ h *house }

// Account implements web.Persons.
func (d door) Account(c *gin.Context, back string, fresh bool) (bool, error) {
	ok, err := d.let(c, fresh)
	if err != nil || ok {
		return ok, err
	}
	return false, web.Redirect(c, "/realms/acme/start?prompt=login&return="+url.QueryEscape(back))
}

// Me implements web.Persons.
func (d door) Me(c *gin.Context, fresh bool) error {
	ok, err := d.let(c, fresh)
	if err == nil && !ok {
		err = fault.New(fault.Unauthenticated, "step_up_required", "Sign in again.")
	}
	return err
}

// Person implements web.Persons.
func (d door) Person(*gin.Context) (templates.Person, error) {
	return templates.Person{Email: "x"}, nil
}

func (d door) let(c *gin.Context, fresh bool) (bool, error) {
	ctx := c.Request.Context()
	current, err := d.h.Sessions.Of(c)
	if err != nil || current == nil {
		return false, err
	}
	in := realm.From(ctx)
	facts, err := d.h.gate.Facts(ctx, in, gate.Input{Flow: &flow.Flow{}, Session: current, Trusted: web.Cookie(c, gate.TrustedCookie(in.Slug))})
	if err != nil || facts.SecondFactor != flow.NeedNone {
		return false, err
	}
	if fresh {
		if ok, err := d.h.gate.Fresh(ctx, in, current); err != nil || !ok {
			return false, err
		}
	}
	c.Request = c.Request.WithContext(session.Into(event.Acting(ctx, event.User, current.UserID, ""), current))
	return true, nil
}

// as is the context in which the user acts.
func (h *house) as(userID string) context.Context {
	return event.Acting(h.Context, event.User, userID, "")
}

// app gives the user an authenticator application and returns its key.
func (h *house) withApp(t testing.TB, userID string) string {
	t.Helper()
	ctx := h.as(userID)
	if err := h.totp.Begin(ctx, h.Realm.ID, userID, "set-up", "Acme", "x"); err != nil {
		t.Fatal(err)
	}
	address, err := h.totp.Pending(ctx, h.Realm.ID, userID, "set-up")
	if err != nil {
		t.Fatal(err)
	}
	key := keyOf(t, address)
	if err := h.totp.Confirm(ctx, h.Realm.ID, userID, "set-up", h.code(t, key)); err != nil {
		t.Fatal(err)
	}
	h.Clock.Add(30 * time.Second) // its code is used up
	return key
}

func keyOf(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("secret")
}

// code is what the application shows now.
func (h *house) code(t testing.TB, key string) string {
	t.Helper()
	code, err := lib.GenerateCode(key, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// wrong is a code that the application does not show now, and did not and will not.
func (h *house) wrong(t testing.TB, key string) string {
	t.Helper()
	for _, c := range []string{"000000", "111111", "222222", "333333", "444444"} {
		clash := false
		for _, d := range []time.Duration{-30 * time.Second, 0, 30 * time.Second} {
			at, err := lib.GenerateCode(key, h.Clock.Now().Add(d))
			if err != nil {
				t.Fatal(err)
			}
			clash = clash || at == c
		}
		if !clash {
			return c
		}
	}
	t.Fatal("no wrong code")
	return ""
}

// withPhone gives the user a proven number, and codes by SMS when on.
func (h *house) withPhone(t testing.TB, userID, number string, on bool) {
	t.Helper()
	if err := h.Users.VerifyPhone(h.as(userID), h.Realm.ID, userID, number); err != nil {
		t.Fatal(err)
	}
	if on {
		h.enable(t, userID, mfa.SMS)
	}
}

func (h *house) enable(t testing.TB, userID, kind string) {
	t.Helper()
	s, _ := h.Session(t, userID)
	if _, err := h.mfa.Enable(h.as(userID), h.Realm, s, kind); err != nil {
		t.Fatal(err)
	}
}

// recoveryCodes makes ten.
func (h *house) recoveryCodes(t testing.TB, userID string) []string {
	t.Helper()
	codes, err := h.mfa.MakeCodes(h.as(userID), h.Realm, userID, "set-up")
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

// sentCode is the code in the last letter of the kind.
func (h *house) sentCode(t testing.TB, kind letter.Kind) string {
	t.Helper()
	letters := h.outbox.of(kind)
	if len(letters) == 0 {
		t.Fatalf("no letter %s", kind)
	}
	return letters[len(letters)-1].Data["code"]
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// gateInput is a way into the account.
func gateInput(s *session.Session) gate.Input { return gate.Input{Flow: &flow.Flow{}, Session: s} }

// agrees checks that what is noted at the user is what the rooms know: the gate asks the
// note only.
func (h *house) agrees(t *testing.T, userID string) {
	t.Helper()
	u, err := h.Users.ByID(h.Context, h.Realm.ID, userID)
	if err != nil {
		t.Fatal(err)
	}
	in, err := h.Realms.ByID(h.Context, h.Realm.ID)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := h.mfa.Enrolled(h.Context, h.Realm.ID, userID)
	if err != nil || u.HasFactor(in.Policy) != (len(kinds) > 0) {
		t.Errorf("noted %v, enrolled %v, %v", u.Factors, kinds, err)
	}
}
