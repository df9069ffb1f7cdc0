package passkey_test

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-webauthn/webauthn/metadata"

	"authserver/identity/flow"
	"authserver/identity/identitytest"
	"authserver/identity/passkey"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/letter"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const redirectURI = "https://app.example/cb"

// post keeps what was written to people.
type post struct {
	mu      sync.Mutex
	letters []letter.Letter
}

// Send implements passkey.Letters.
func (p *post) Send(ctx context.Context, l letter.Letter) error {
	if !database.Within(ctx) {
		return database.ErrOutsideTransaction
	}
	if err := l.Check(); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.letters = append(p.letters, l)
	return nil
}

func (p *post) kinds() []letter.Kind {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []letter.Kind
	for _, l := range p.letters {
		all = append(all, l.Kind)
	}
	return all
}

// others are a person's ways beside passkeys.
type others struct {
	passkeys *passkey.Service
	mu       sync.Mutex
	distrust int
	kinds    []string
	linked   bool
	codes    bool // the person has no recovery codes yet
}

// Enrolled implements passkey.Factors.
func (o *others) Enrolled(ctx context.Context, realmID, userID string) ([]string, error) {
	has, err := o.passkeys.Enrolled(ctx, realmID, userID)
	if has {
		return append(slices.Clone(o.kinds), "passkey"), err
	}
	return o.kinds, err
}

// Distrust implements passkey.Factors.
func (o *others) Distrust(ctx context.Context, _, _, deviceID string) error {
	if !database.Within(ctx) || deviceID != "" {
		return database.ErrOutsideTransaction
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.distrust++
	return nil
}

// FirstCodes implements passkey.Factors.
func (o *others) FirstCodes(ctx context.Context, _ *realm.Realm, _, _ string) (bool, error) {
	if !database.Within(ctx) {
		return false, database.ErrOutsideTransaction
	}
	return o.codes, nil
}

// CodesURL implements passkey.Factors.
func (o *others) CodesURL(f *flow.Flow) string { return "/codes/" + f.ID }

// Linked implements passkey.Providers.
func (o *others) Linked(context.Context, string, string) (bool, error) { return o.linked, nil }

// house is the people's floor with the room on it.
type house struct {
	*identitytest.House
	passkeys *passkey.Service
	apps     *application.Service
	app      *application.Application
	post     *post
	others   *others
}

func policy(change func(*realm.Policy)) realm.Policy {
	p := realm.DefaultPolicy()
	change(&p)
	return p
}

func required(p *realm.Policy) { p.Passkey.UserVerification = realm.Required }

func newHouse(t testing.TB, policies ...realm.Policy) *house {
	return newHouseAt(t, "http://auth.test", nil, policies...)
}

func newHouseAt(t testing.TB, address string, m metadata.Provider, policies ...realm.Policy) *house {
	t.Helper()
	public, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{House: identitytest.New(t, policies...), post: &post{}, others: &others{}}
	h.apps = application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	h.app, _, err = h.apps.Register(h.Context, h.Realm.ID, application.Draft{
		Name: "Shop", Type: application.Web, RedirectURIs: []string{redirectURI}, Scopes: []string{"openid"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.passkeys = passkey.New(passkey.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Users: h.Users, Sessions: h.Sessions, Flows: h.Flows, Applications: h.apps,
		Letters: h.post, Factors: h.others, Providers: h.others, Metadata: m, PublicURL: public, Now: h.Clock.Now,
	})
	h.others.passkeys = h.passkeys
	return h
}

func (h *house) flow(t testing.TB) *flow.Flow { return h.flowIn(t, h.Realm) }

func (h *house) flowIn(t testing.TB, in *realm.Realm) *flow.Flow {
	t.Helper()
	f, err := h.Flows.Start(realm.Into(h.Context, in), flow.Request{
		ApplicationID: h.app.ID, Browser: strings.Repeat("b", 46), Parameters: url.Values{"redirect_uri": {redirectURI}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// enrolled registers the authenticator's credential as the user's passkey.
func (h *house) enrolled(t testing.TB, u *user.User, a *authenticator) *passkey.Passkey {
	t.Helper()
	options := h.registerOptions(t, u)
	p, err := h.passkeys.Register(h.Context, h.Realm, u.ID, "session", a.create(options), "")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (h *house) registerOptions(t testing.TB, u *user.User) passkey.Options {
	t.Helper()
	options, err := h.passkeys.RegisterOptions(h.Context, h.Realm, u.ID, "session")
	if err != nil {
		t.Fatal(err)
	}
	return options
}

func (h *house) signInOptions(t testing.TB, f *flow.Flow) passkey.Options {
	t.Helper()
	options, err := h.passkeys.SignInOptions(h.Context, h.Realm, f)
	if err != nil {
		t.Fatal(err)
	}
	return options
}

// signIn does all of it with the answer spoilt as told.
func (h *house) signIn(t testing.TB, a *authenticator, spoil ...func(*reply)) (*passkey.Outcome, error) {
	t.Helper()
	f := h.flow(t)
	return h.passkeys.SignIn(h.Context, h.Realm, f, a.get(h.signInOptions(t, f), spoil...), nil)
}

// second is the session of a password, and what its person is asked for.
func (h *house) second(t testing.TB, u *user.User) (*flow.Flow, *session.Session, passkey.Options) {
	t.Helper()
	f := h.flow(t)
	s, _ := h.Session(t, u.ID)
	options, err := h.passkeys.FactorOptions(h.Context, h.Realm, f, s)
	if err != nil {
		t.Fatal(err)
	}
	return f, s, options
}

// last is the payload of the newest event of the type.
func (h *house) last(t testing.TB, kind string) (event.Event, map[string]any) {
	t.Helper()
	events, err := h.Events.Recorded(h.Context, h.Realm.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(events) {
		if e.Type == kind {
			var payload map[string]any
			if err := json.Unmarshal(e.Payload, &payload); err != nil {
				t.Fatal(err)
			}
			return e, payload
		}
	}
	t.Fatalf("no event %s was recorded", kind)
	return event.Event{}, nil
}
