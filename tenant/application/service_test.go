package application_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
	"authserver/internal/id"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// clock is a hand-set time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Play(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type noKeys struct{}

func (noKeys) Ensure(context.Context, string) error { return nil }

// stage is a database with two realms and the room under test.
type stage struct {
	*application.Service
	t     *testing.T
	db    *database.DB
	clock *clock
	a, b  *realm.Realm
}

func newStage(t *testing.T) *stage {
	t.Helper()
	return newStageAt(t, dbtest.New(t))
}

func newStageAt(t *testing.T, db *database.DB) *stage {
	t.Helper()
	s := &stage{t: t, db: db, clock: newClock()}
	log := s.log(db)
	s.Service = application.New(application.Deps{DB: db, Events: log, Now: s.clock.Now})
	realms := realm.New(realm.Deps{DB: db, Events: log, Keys: noKeys{}, Now: s.clock.Now})
	for slug, target := range map[string]**realm.Realm{"a": &s.a, "b": &s.b} {
		r, err := realms.Create(s.operator(), realm.Draft{Slug: slug, Name: slug})
		if err != nil {
			t.Fatal(err)
		}
		*target = r
	}
	return s
}

func (s *stage) log(db *database.DB) *event.Log {
	return event.New(event.Deps{DB: db, Now: s.clock.Now})
}

func (s *stage) operator() context.Context {
	return event.WithActor(s.t.Context(), event.Actor{Kind: event.Operator, ID: "test"})
}

func webDraft() application.Draft {
	return application.Draft{Name: "App", Type: application.Web, RedirectURIs: []string{"https://app.example.com/cb"}}
}

func (s *stage) register(d application.Draft) (*application.Application, string) {
	s.t.Helper()
	a, plain, err := s.Register(s.operator(), s.a.ID, d)
	if err != nil {
		s.t.Fatalf("register: %v", err)
	}
	return a, plain
}

func (s *stage) byID(appID string) *application.Application {
	s.t.Helper()
	a, err := s.ByID(s.t.Context(), s.a.ID, appID)
	if err != nil {
		s.t.Fatalf("read application: %v", err)
	}
	return a
}

// types are the events of realm a after the realm's own.
func (s *stage) types() []string {
	s.t.Helper()
	return eventtest.Types(s.t, s.db, s.a.ID)[1:]
}

func TestRegisterStoresEverything(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	made, plain := s.register(application.Draft{
		ClientID: "demo", Name: "Demo", Description: "Shows how.", LogoURL: "https://app.example.com/l.png", HomeURL: "https://app.example.com",
		Type: application.Web, FirstParty: true,
		RedirectURIs:           []string{"https://app.example.com/cb", "http://127.0.0.1/cb"},
		PostLogoutRedirectURIs: []string{"https://app.example.com/bye"},
		GrantTypes:             []string{"authorization_code", "refresh_token", "client_credentials"},
		Scopes:                 []string{"openid", "orders:read"}, Audiences: []string{"https://api.example.com"}, Identifiers: []string{"https://app.example.com/api"},
		AllowedOrigins: []string{"https://app.example.com"}, AuthMethod: application.AuthPost, TokenFormat: application.FormatOpaque,
		IDTokenAlgorithm: "ES256", AccessTokenAlgorithm: "EdDSA", AccessTokenLifetime: time.Minute, IDTokenLifetime: 2 * time.Minute,
		RefreshIdle: time.Hour, RefreshAbsolute: 2 * time.Hour,
	})
	got, err := s.ByClientID(t.Context(), s.a.ID, "demo")
	if err != nil {
		t.Fatal(err)
	}
	if len(plain) != 43 || !got.CheckSecret(plain, s.clock.Now()) || got.CheckSecret("", s.clock.Now()) {
		t.Errorf("secret of %d characters", len(plain))
	}
	if len(got.Secrets) != 1 || len(made.Secrets) != 1 || got.Secrets[0].ID != made.Secrets[0].ID || !slices.Equal(got.Secrets[0].Digest, made.Secrets[0].Digest) {
		t.Errorf("secrets %v and %v", got.Secrets, made.Secrets)
	}
	for name, pair := range map[string][2]any{
		"id": {got.ID, made.ID}, "realm": {got.RealmID, s.a.ID}, "name": {got.Name, "Demo"}, "description": {got.Description, "Shows how."},
		"logo": {got.LogoURL, "https://app.example.com/l.png"}, "home": {got.HomeURL, "https://app.example.com"}, "type": {got.Type, application.Web},
		"first party": {got.FirstParty, true}, "enabled": {got.Enabled, true}, "method": {got.AuthMethod, application.AuthPost}, "format": {got.TokenFormat, application.FormatOpaque},
		"ID algorithm": {got.IDTokenAlgorithm, "ES256"}, "access algorithm": {got.AccessTokenAlgorithm, "EdDSA"}, "version": {got.Version, int64(1)},
		"access": {got.AccessTokenLifetime, time.Minute}, "ID": {got.IDTokenLifetime, 2 * time.Minute}, "idle": {got.RefreshIdle, time.Hour}, "absolute": {got.RefreshAbsolute, 2 * time.Hour},
		"created": {got.CreatedAt, s.clock.Now()}, "updated": {got.UpdatedAt, s.clock.Now()},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	for name, pair := range map[string][2][]string{
		"redirects": {got.RedirectURIs, made.RedirectURIs}, "logout": {got.PostLogoutRedirectURIs, made.PostLogoutRedirectURIs}, "grants": {got.GrantTypes, made.GrantTypes},
		"scopes": {got.Scopes, made.Scopes}, "audiences": {got.Audiences, made.Audiences}, "identifiers": {got.Identifiers, made.Identifiers}, "origins": {got.AllowedOrigins, made.AllowedOrigins},
	} {
		if !slices.Equal(pair[0], pair[1]) || len(pair[0]) == 0 {
			t.Errorf("%s are %v, want %v", name, pair[0], pair[1])
		}
	}
	if got, want := s.types(), []string{"application.created", "application.secret_added"}; !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}

func TestPublicApplicationsHaveNoSecret(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	d := webDraft()
	d.Type = application.SPA
	a, plain := s.register(d)
	if plain != "" || len(a.Secrets) != 0 || !a.Public() || s.byID(a.ID).CheckSecret("", s.clock.Now()) {
		t.Errorf("secret %q, %v", plain, a.Secrets)
	}
	if _, err := s.AddSecret(s.operator(), s.a.ID, a.ID, 0); !errors.Is(err, application.ErrNoSecret) {
		t.Errorf("AddSecret: %v", err)
	}
}

func TestRegisterRefusesTakenIDsAndUnknownRealms(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	d := webDraft()
	d.ClientID = "demo"
	s.register(d)
	if _, _, err := s.Register(s.operator(), s.a.ID, d); !errors.Is(err, application.ErrClientIDTaken) {
		t.Errorf("taken: %v", err)
	}
	if _, _, err := s.Register(s.operator(), s.b.ID, d); err != nil {
		t.Errorf("the same client id in another realm: %v", err)
	}
	if _, _, err := s.Register(s.operator(), id.New(), webDraft()); !errors.Is(err, realm.ErrNotFound) {
		t.Errorf("unknown realm: %v", err)
	}
	if all, err := s.List(t.Context(), s.a.ID, application.Filter{}); err != nil || len(all) != 1 {
		t.Errorf("%d applications, %v", len(all), err)
	}
}

func TestUpdateChangesWhatMayChange(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	old, plain := s.register(webDraft())
	s.byID(old.ID)
	s.clock.Play(time.Minute)
	got, err := s.Update(s.operator(), s.a.ID, old.ID, func(a *application.Application) error {
		a.Name, a.TokenFormat = "New", application.FormatOpaque
		a.RedirectURIs[0] = "https://app.example.com/new"
		a.ID, a.RealmID, a.ClientID, a.Type, a.Enabled, a.Secrets, a.Version = "x", s.b.ID, "y", application.SPA, false, nil, 99
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]*application.Application{"Update": got, "ByID": s.byID(old.ID)} {
		if a.Name != "New" || a.TokenFormat != application.FormatOpaque || !a.MatchRedirect("https://app.example.com/new") || a.MatchRedirect("https://app.example.com/cb") {
			t.Errorf("%s: not changed: %+v", name, a)
		}
		if a.ID != old.ID || a.RealmID != s.a.ID || a.ClientID != old.ClientID || a.Type != application.Web || !a.Enabled || a.Version != 2 ||
			!a.CheckSecret(plain, s.clock.Now()) || !a.CreatedAt.Equal(old.CreatedAt) || !a.UpdatedAt.Equal(s.clock.Now()) {
			t.Errorf("%s: changed: %+v", name, a)
		}
	}
	if !old.MatchRedirect("https://app.example.com/cb") {
		t.Error("a value in other hands was changed")
	}
	events := eventtest.Recorded(t, s.db, s.a.ID)
	if last := events[len(events)-1]; last.Type != "application.updated" || string(last.Payload) != `{"fields":["name","redirect_uris","token_format"],"changes":[`+
		`{"field":"name","before":"App","after":"New"},`+
		`{"field":"redirect_uris","before":["https://app.example.com/cb"],"after":["https://app.example.com/new"]},`+
		`{"field":"token_format","before":"jwt","after":"opaque"}]}` {
		t.Errorf("recorded %s %s", last.Type, last.Payload)
	}
}

func TestUpdateRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	nothing := func(*application.Application) error { return nil }
	refused := errors.New("other version")
	for name, c := range map[string]struct {
		realm, app string
		change     func(*application.Application) error
		want       error
	}{
		"broken rule":    {s.a.ID, a.ID, func(a *application.Application) error { a.RedirectURIs = []string{"javascript:x"}; return nil }, application.ErrRedirectInvalid},
		"foreign realm":  {s.b.ID, a.ID, nothing, application.ErrNotFound},
		"unknown":        {s.a.ID, id.New(), nothing, application.ErrNotFound},
		"the change's":   {s.a.ID, a.ID, func(*application.Application) error { return refused }, refused},
		"keys are lack":  {s.a.ID, a.ID, func(a *application.Application) error { a.AuthMethod = application.AuthPrivateKeyJWT; return nil }, application.ErrKeysInvalid},
		"nothing to do":  {s.a.ID, a.ID, nothing, nil},
		"no longer open": {s.a.ID, a.ID, func(a *application.Application) error { a.AuthMethod = application.AuthNone; return nil }, application.ErrInvalid},
	} {
		if _, err := s.Update(s.operator(), c.realm, c.app, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if got := s.types(); len(got) != 2 {
		t.Errorf("recorded %v", got)
	}
}

func TestConcurrentUpdatesLoseNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			_, err := s.Update(s.operator(), s.a.ID, a.ID, func(a *application.Application) error {
				a.Scopes = append(a.Scopes, "scope:"+string(rune('a'+i)))
				return nil
			})
			if err != nil {
				t.Errorf("update %d: %v", i, err)
			}
		})
	}
	group.Wait()
	if got := s.byID(a.ID); len(got.Scopes) != 6+8 || got.Version != 9 {
		t.Errorf("version %d, scopes %v", got.Version, got.Scopes)
	}
}

func TestEnableAndDisable(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	for _, c := range []struct {
		enabled bool
		want    error
	}{{true, application.ErrAlreadyEnabled}, {false, nil}, {false, application.ErrAlreadyDisabled}, {true, nil}, {false, nil}} {
		if err := s.SetEnabled(s.operator(), s.a.ID, a.ID, c.enabled); !errors.Is(err, c.want) {
			t.Errorf("SetEnabled(%v): %v, want %v", c.enabled, err, c.want)
		}
	}
	if s.byID(a.ID).Enabled {
		t.Error("the application is enabled in memory")
	}
	if err := s.SetEnabled(s.operator(), s.b.ID, a.ID, true); !errors.Is(err, application.ErrNotFound) {
		t.Errorf("foreign realm: %v", err)
	}
	if got, want := s.types()[2:], []string{"application.disabled", "application.enabled", "application.disabled"}; !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}

func TestPublicKeysTakeTheSecretsPlace(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a, _ := s.register(webDraft())
	jwks := []byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"one","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`)
	if _, err := s.SetKeys(s.operator(), s.a.ID, a.ID, []byte(`{}`)); !errors.Is(err, application.ErrKeysInvalid) {
		t.Errorf("no keys: %v", err)
	}
	if _, err := s.SetKeys(s.operator(), s.b.ID, a.ID, jwks); !errors.Is(err, application.ErrNotFound) {
		t.Errorf("foreign realm: %v", err)
	}
	if _, err := s.SetKeys(s.operator(), s.a.ID, a.ID, jwks); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(s.operator(), s.a.ID, a.ID, func(a *application.Application) error { a.AuthMethod = application.AuthPrivateKeyJWT; return nil }); err != nil {
		t.Fatal(err)
	}
	got := s.byID(a.ID)
	if len(got.Keys) != 1 || got.Keys[0].KeyID != "one" || got.Keys[0].Algorithm != "EdDSA" || got.Accepts(application.AuthBasic) {
		t.Errorf("%+v", got)
	}
	if _, err := s.AddSecret(s.operator(), s.a.ID, a.ID, 0); !errors.Is(err, application.ErrNoSecret) {
		t.Errorf("AddSecret: %v", err)
	}
	events := eventtest.Recorded(t, s.db, s.a.ID)
	if last := events[len(events)-2]; string(last.Payload) != `{"fields":["jwks"]}` {
		t.Errorf("recorded %s", last.Payload)
	}
}

func TestListPagesWithinTheRealm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var want []string
	for range 3 {
		a, _ := s.register(webDraft())
		want = append(want, a.ID)
	}
	first, err := s.List(t.Context(), s.a.ID, application.Filter{Limit: 2})
	if err != nil || len(first) != 2 || first[0].ID != want[0] || len(first[1].Secrets) != 1 {
		t.Fatalf("first page %v, %v", first, err)
	}
	rest, err := s.List(t.Context(), s.a.ID, application.Filter{After: first[1].ID})
	if err != nil || len(rest) != 1 || rest[0].ID != want[2] {
		t.Fatalf("second page %v, %v", rest, err)
	}
	if other, err := s.List(t.Context(), s.b.ID, application.Filter{}); err != nil || len(other) != 0 {
		t.Errorf("the other realm sees %v, %v", other, err)
	}
	if err := s.SetEnabled(s.operator(), s.a.ID, want[0], false); err != nil {
		t.Fatal(err)
	}
	yes := true
	if enabled, err := s.List(t.Context(), s.a.ID, application.Filter{Enabled: &yes}); err != nil || len(enabled) != 2 {
		t.Errorf("enabled: %v, %v", enabled, err)
	}
}

func TestOriginsAreThoseOfTheRealmsEnabledApplications(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	d := webDraft()
	d.Type = application.SPA
	a, _ := s.register(d)
	in := func(r *realm.Realm) context.Context { return realm.Into(t.Context(), r) }
	if !s.AllowOrigin(in(s.a), "https://app.example.com") {
		t.Error("the spa's own origin is refused")
	}
	for _, origin := range []string{"null", "", "*", "https://app.example.com/", "https://APP.example.com", "https://app.example.com:443", "http://app.example.com", "https://evil.example"} {
		if s.AllowOrigin(in(s.a), origin) {
			t.Errorf("%q is allowed", origin)
		}
	}
	if s.AllowOrigin(in(s.b), "https://app.example.com") || s.AllowOrigin(t.Context(), "https://app.example.com") {
		t.Error("an origin is allowed outside its realm")
	}
	if err := s.SetEnabled(s.operator(), s.a.ID, a.ID, false); err != nil {
		t.Fatal(err)
	}
	if s.AllowOrigin(in(s.a), "https://app.example.com") {
		t.Error("the origin of a disabled application is allowed")
	}
}
