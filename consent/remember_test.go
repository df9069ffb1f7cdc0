package consent_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"authserver/consent"
	"authserver/identity/identitytest"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/event/eventtest"
	"authserver/internal/letter"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// grants notes whose tokens were revoked.
type grants struct {
	mu      sync.Mutex
	revoked []string
	fail    error
}

func (g *grants) RevokeApplication(ctx context.Context, realmID, userID, appID string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !database.Within(ctx) {
		return errors.New("tokens are revoked outside the transaction")
	}
	g.revoked = append(g.revoked, realmID+" "+userID+" "+appID)
	return g.fail
}

// post notes which letters were sent.
type post struct {
	mu   sync.Mutex
	sent []letter.Letter
}

func (p *post) Send(ctx context.Context, l letter.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !database.Within(ctx) {
		return errors.New("a letter is sent outside the transaction")
	}
	p.sent = append(p.sent, l)
	return l.Check()
}

// holdings are what applications hold of each user.
type holdings map[string][]session.Use

func (h holdings) Uses(_ context.Context, _, userID string) ([]session.Use, error) {
	return h[userID], nil
}

// stage is the people's floor with an application and the room under test.
type stage struct {
	*identitytest.House
	*consent.Service
	t      *testing.T
	apps   *application.Service
	tokens *grants
	held   holdings
	post   *post
	app    *application.Application
	ann    *user.User
}

func newStage(t *testing.T) *stage {
	t.Helper()
	h := identitytest.New(t)
	s := &stage{House: h, t: t, tokens: &grants{}, held: holdings{}, post: &post{}}
	s.apps = application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now})
	s.Service = consent.New(consent.Deps{
		DB: h.DB, Events: h.Events, Flows: h.Flows, Sessions: h.Sessions, Applications: s.apps, Accounts: h.Users,
		Grants: s.tokens, Uses: s.held, Letters: s.post, Now: h.Clock.Now,
	})
	s.app = s.register(h.Realm)
	s.ann = h.User(t, "ann@example.com")
	return s
}

func (s *stage) register(in *realm.Realm) *application.Application {
	s.t.Helper()
	a, _, err := s.apps.Register(s.Context, in.ID, application.Draft{
		Name: "Harbour", Type: application.Web, HomeURL: "https://harbour.example",
		RedirectURIs: []string{"https://harbour.example:8443/cb"}, Scopes: []string{"openid", "email", "profile", "offline_access", "orders:read"},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *stage) ungranted(scopes ...string) []string {
	s.t.Helper()
	missing, err := s.Ungranted(s.t.Context(), s.Realm.ID, s.ann.ID, s.app.ID, scopes)
	if err != nil {
		s.t.Fatal(err)
	}
	return missing
}

func (s *stage) grant(scopes ...string) {
	s.t.Helper()
	if err := s.Grant(s.Context, s.Realm.ID, s.ann.ID, s.app.ID, scopes); err != nil {
		s.t.Fatal(err)
	}
}

// consents are the events of this room, as type and payload.
func (s *stage) consents() []string {
	s.t.Helper()
	var names []string
	for _, e := range eventtest.Recorded(s.t, s.DB, s.Realm.ID) {
		if e.Ref.Kind == "user" && e.Ref.ID == s.ann.ID && strings.HasPrefix(e.Type, "consent.") {
			names = append(names, e.Type+" "+string(e.Payload))
		}
	}
	return names
}

func TestAGrantCoversTheSameAndNarrowerScopes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if got := s.ungranted("openid", "email"); !slices.Equal(got, []string{"openid", "email"}) {
		t.Errorf("before: %v", got)
	}
	s.grant("openid", "email")
	for _, scopes := range [][]string{{"openid", "email"}, {"email", "openid"}, {"openid"}, {}} {
		if got := s.ungranted(scopes...); len(got) != 0 {
			t.Errorf("%v: %v is asked again", scopes, got)
		}
	}
	if got := s.ungranted("openid", "profile", "email"); !slices.Equal(got, []string{"profile"}) {
		t.Errorf("wider: %v", got)
	}
	first := s.Clock.Now()
	s.Clock.Add(time.Hour)
	s.grant("profile")
	if got := s.ungranted("openid", "profile", "email"); len(got) != 0 {
		t.Errorf("after widening: %v", got)
	}
	list, err := s.List(t.Context(), s.Realm.ID, s.ann.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	g := list[0]
	if !slices.Equal(g.Scopes, []string{"email", "openid", "profile"}) || !g.GrantedAt.Equal(first) || !g.UpdatedAt.Equal(first.Add(time.Hour)) ||
		g.RealmID != s.Realm.ID || g.UserID != s.ann.ID || g.ApplicationID != s.app.ID {
		t.Errorf("%+v", g)
	}
	want := []string{
		`consent.granted {"application_id":"` + s.app.ID + `","scopes":["openid","email"]}`,
		`consent.granted {"application_id":"` + s.app.ID + `","scopes":["profile"]}`,
	}
	if got := s.consents(); !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
}

func TestAGrantIsOnePersonsToOneApplication(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.grant("openid")
	bob, other := s.User(t, "bob@example.com"), s.register(s.Realm)
	elsewhere := s.NewRealm(t, "other")
	for name, ids := range map[string][3]string{
		"another person":      {s.Realm.ID, bob.ID, s.app.ID},
		"another application": {s.Realm.ID, s.ann.ID, other.ID},
		"another realm":       {elsewhere.ID, s.ann.ID, s.app.ID},
	} {
		if got, err := s.Ungranted(t.Context(), ids[0], ids[1], ids[2], []string{"openid"}); err != nil || len(got) != 1 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if err := s.Revoke(s.Context, ids[0], ids[1], ids[2]); !errors.Is(err, consent.ErrNotGranted) {
			t.Errorf("%s: revoked: %v", name, err)
		}
		if list, err := s.List(t.Context(), ids[0], ids[1]); name != "another application" && (err != nil || len(list) != 0) {
			t.Errorf("%s: sees %v, %v", name, list, err)
		}
	}
	// The row would name an application of a realm that it is not in.
	if err := s.Grant(s.Context, elsewhere.ID, s.ann.ID, s.app.ID, []string{"openid"}); !errors.Is(err, database.ErrReference) {
		t.Errorf("a grant across realms: %v", err)
	}
	if len(s.tokens.revoked) != 0 {
		t.Errorf("tokens revoked: %v", s.tokens.revoked)
	}
}

func TestRevokingTakesTheTokensAlong(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.grant("openid", "email")
	if err := s.Revoke(s.Context, s.Realm.ID, s.ann.ID, s.app.ID); err != nil {
		t.Fatal(err)
	}
	if got := s.ungranted("openid"); len(got) != 1 {
		t.Error("the consent is still remembered")
	}
	if want := []string{s.Realm.ID + " " + s.ann.ID + " " + s.app.ID}; !slices.Equal(s.tokens.revoked, want) {
		t.Errorf("revoked %v, want %v", s.tokens.revoked, want)
	}
	if got, want := s.consents()[1:], []string{`consent.revoked {"application_id":"` + s.app.ID + `","scopes":["email","openid"]}`}; !slices.Equal(got, want) {
		t.Errorf("recorded %v, want %v", got, want)
	}
	if err := s.Revoke(s.Context, s.Realm.ID, s.ann.ID, s.app.ID); !errors.Is(err, consent.ErrNotGranted) {
		t.Errorf("again: %v", err)
	}
}

func TestAConsentStaysWhenItsTokensCannotBeRevoked(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.grant("openid")
	s.tokens.fail = errors.New("database is full")
	if err := s.Revoke(s.Context, s.Realm.ID, s.ann.ID, s.app.ID); !errors.Is(err, s.tokens.fail) {
		t.Errorf("error is %v", err)
	}
	if got := s.ungranted("openid"); len(got) != 0 || len(s.consents()) != 1 {
		t.Errorf("half of the revocation happened: %v, %v", got, s.consents())
	}
}

func TestGrantingNothingLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.grant()
	if list, err := s.List(t.Context(), s.Realm.ID, s.ann.ID); err != nil || len(list) != 0 || len(s.consents()) != 0 {
		t.Errorf("%v, %v, %v", list, err, s.consents())
	}
}

func TestConcurrentGrantsLoseNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	scopes := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for i, err := range identitytest.Together(len(scopes), func(i int) error {
		return s.Grant(s.Context, s.Realm.ID, s.ann.ID, s.app.ID, scopes[i:i+1])
	}) {
		if err != nil {
			t.Errorf("grant %d: %v", i, err)
		}
	}
	if got := s.ungranted(scopes...); len(got) != 0 {
		t.Errorf("lost: %v", got)
	}
}

func TestGrantsAndRevocationsAtTheSameTimeFailInNoOtherWay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for range 5 {
		for i, err := range identitytest.Together(8, func(i int) error {
			if i%2 == 0 {
				return s.Grant(s.Context, s.Realm.ID, s.ann.ID, s.app.ID, []string{"openid"})
			}
			return s.Revoke(s.Context, s.Realm.ID, s.ann.ID, s.app.ID)
		}) {
			if err != nil && !errors.Is(err, consent.ErrNotGranted) {
				t.Errorf("call %d: %v", i, err)
			}
		}
	}
}

// What is given out in a transaction that has looked at the consent is known to a
// revocation, whichever comes first.
func TestAConsentThatATransactionHasSeenCannotBeRevokedUnderIt(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.grant("openid")
	seen, gone := make(chan struct{}), make(chan error, 1)
	go func() {
		<-seen
		gone <- s.Revoke(s.Context, s.Realm.ID, s.ann.ID, s.app.ID)
	}()
	err := s.DB.InTx(s.Context, func(ctx context.Context) error {
		missing, err := s.Ungranted(ctx, s.Realm.ID, s.ann.ID, s.app.ID, []string{"openid"})
		if err != nil || len(missing) != 0 {
			t.Errorf("%v, %v", missing, err)
		}
		close(seen)
		select {
		case err := <-gone:
			t.Errorf("revoked under the transaction: %v", err)
			gone <- err
		case <-time.After(50 * time.Millisecond):
		}
		return s.Events.Record(ctx, event.Ref{RealmID: s.Realm.ID, Kind: "test", ID: "x"}, consent.Revoked{})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-gone; err != nil {
		t.Errorf("revoke: %v", err)
	}
}

func TestNewPanicsWithoutADependency(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("New did not panic")
		}
	}()
	consent.New(consent.Deps{})
}
