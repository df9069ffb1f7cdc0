package gate_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"authserver/identity/flow"
	"authserver/identity/gate"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// world is everything that the gate asks others.
type world struct {
	user    *user.User
	trusted bool
	missing []string
	fail    error
}

func (w *world) ByID(context.Context, string, string) (*user.User, error) {
	if w.user == nil {
		return nil, user.ErrNotFound
	}
	return w.user, w.fail
}

func (w *world) Trusts(_ context.Context, _, _, cookie string) (bool, error) {
	return w.trusted && cookie == "td_1", nil
}

func (w *world) Missing(context.Context, *realm.Realm, *application.Application, *user.User) ([]string, error) {
	return w.missing, nil
}

// setting is one person on their way somewhere.
type setting struct {
	world
	policy  realm.Policy
	app     *application.Application
	flow    flow.Flow
	session session.Session
	cookie  string
}

var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func newSetting() *setting {
	return &setting{
		world: world{user: &user.User{
			ID: "u", Status: user.StatusActive, EmailVerified: true, HasPassword: true, CreatedAt: now.Add(-1000 * time.Hour),
		}},
		policy: realm.DefaultPolicy(), app: &application.Application{ID: "a"},
		session: session.Session{ID: "s", UserID: "u", ACR: session.ACRPassword, AuthenticatedAt: now.Add(-time.Minute)},
	}
}

func (s *setting) gate() *gate.Service {
	return gate.New(gate.Deps{Users: s, Factors: s, Profiles: s, Now: func() time.Time { return now }})
}

func (s *setting) realm() *realm.Realm { return &realm.Realm{ID: "r", Policy: s.policy} }

func TestTheStrictestWins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*setting)
		want flow.Need
	}{
		"nothing demands, nothing there":       {func(*setting) {}, flow.NeedNone},
		"a factor is asked for, undemanded":    {func(s *setting) { s.user.Factors = []string{"totp"} }, flow.NeedAsk},
		"realm demands":                        {func(s *setting) { s.policy.SecondFactor = realm.Required }, flow.NeedEnrol},
		"realm demands, on the way to account": {func(s *setting) { s.policy.SecondFactor = realm.Required; s.app = nil }, flow.NeedEnrol},
		"application demands":                  {func(s *setting) { s.app.SecondFactor = realm.Required }, flow.NeedEnrol},
		"person is held to it":                 {func(s *setting) { s.user.RequireSecondFactor = true }, flow.NeedEnrol},
		"acr_values demands":                   {func(s *setting) { s.flow.ACRValues = []string{"2"} }, flow.NeedEnrol},
		"acr_values takes either":              {func(s *setting) { s.flow.ACRValues = []string{"2", "1"} }, flow.NeedNone},
		"demanded and there":                   {func(s *setting) { s.policy.SecondFactor = realm.Required; s.user.Factors = []string{"totp"} }, flow.NeedAsk},
		"two factors are enough": {func(s *setting) {
			s.policy.SecondFactor, s.session.ACR = realm.Required, session.ACRMultiFactor
		}, flow.NeedNone},
		"a trusted browser": {func(s *setting) {
			s.user.Factors, s.trusted, s.cookie, s.policy.TrustDevice = []string{"totp"}, true, "td_1", time.Hour
		}, flow.NeedNone},
		"another's trusted browser": {func(s *setting) {
			s.user.Factors, s.trusted, s.cookie, s.policy.TrustDevice = []string{"totp"}, true, "td_2", time.Hour
		}, flow.NeedAsk},
		"trust was switched off": {func(s *setting) {
			s.user.Factors, s.trusted, s.cookie = []string{"totp"}, true, "td_1"
		}, flow.NeedAsk},
		"trust does not reach an asked acr": {func(s *setting) {
			s.user.Factors, s.trusted, s.cookie, s.policy.TrustDevice = []string{"totp"}, true, "td_1", time.Hour
			s.flow.ACRValues = []string{"2"}
		}, flow.NeedAsk},
	} {
		s := newSetting()
		c.set(s)
		facts, err := s.gate().Facts(t.Context(), s.realm(), gate.Input{App: s.app, Flow: &s.flow, Session: &s.session, Trusted: s.cookie})
		if err != nil || facts.SecondFactor != c.want {
			t.Errorf("%s: need %d, %v; want %d", name, facts.SecondFactor, err, c.want)
		}
	}
}

func TestWhoStandsBeforeTheGate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set                                  func(*setting)
		nobody, unverified, change, profile  bool
		erasing                              bool // on the way to an application
		closed                               bool // to an application, with one factor
		nobodyInAccount, closedWithTwoFactor bool
	}{
		"active":                             {set: func(*setting) {}},
		"gone":                               {set: func(s *setting) { s.user = nil }, nobody: true, closed: true, nobodyInAccount: true, closedWithTwoFactor: true},
		"suspended":                          {set: func(s *setting) { s.user.Status = user.StatusSuspended }, nobody: true, closed: true, nobodyInAccount: true, closedWithTwoFactor: true},
		"erasing":                            {set: func(s *setting) { s.user.ErasureAt = now.Add(time.Hour) }, erasing: true, closed: true, closedWithTwoFactor: true},
		"unverified, which the realm allows": {set: func(s *setting) { s.user.EmailVerified = false }},
		"unverified": {set: func(s *setting) { s.user.EmailVerified, s.policy.VerifyEmail = false, true },
			unverified: true, closed: true, closedWithTwoFactor: true},
		"must change": {set: func(s *setting) { s.user.MustChangePassword = true }, change: true, closed: true, closedWithTwoFactor: true},
		"password too old": {set: func(s *setting) { s.policy.Password.MaxAge = 999 * time.Hour },
			change: true, closed: true, closedWithTwoFactor: true},
		"password fresh enough": {set: func(s *setting) { s.policy.Password.MaxAge, s.user.PasswordChangedAt = 999*time.Hour, now }},
		"no password":           {set: func(s *setting) { s.policy.Password.MaxAge, s.user.HasPassword = time.Hour, false }},
		"needs two factors, may trust browsers": {set: func(s *setting) {
			s.policy.SecondFactor, s.policy.TrustDevice, s.user.Factors = realm.Required, time.Hour, []string{"totp"}
		}},
		"needs two factors, has none to trust": {set: func(s *setting) {
			s.policy.SecondFactor, s.policy.TrustDevice = realm.Required, time.Hour
		}, closed: true},
		"needs two factors": {set: func(s *setting) { s.policy.SecondFactor = realm.Required }, closed: true},
		"lacks a field":     {set: func(s *setting) { s.missing = []string{"name"} }, profile: true},
	} {
		s := newSetting()
		c.set(s)
		g := s.gate()
		facts, err := g.Facts(t.Context(), s.realm(), gate.Input{App: s.app, Flow: &s.flow, Session: &s.session})
		if err != nil {
			t.Fatal(err)
		}
		if (facts.Session == nil) != c.nobody || facts.EmailUnverified != c.unverified || facts.PasswordChange != c.change || facts.Profile != c.profile || facts.Erasing != c.erasing {
			t.Errorf("%s: facts %+v", name, facts)
		}
		account, err := g.Facts(t.Context(), s.realm(), gate.Input{Flow: &s.flow, Session: &s.session})
		if err != nil || (account.Session == nil) != c.nobodyInAccount || account.Erasing {
			t.Errorf("%s: facts of the account %+v, %v", name, account, err)
		}
		if err := g.Check(t.Context(), s.realm(), s.app, "u", session.ACRPassword); errors.Is(err, gate.ErrClosed) != c.closed {
			t.Errorf("%s: Check = %v", name, err)
		}
		if err := g.Check(t.Context(), s.realm(), s.app, "u", session.ACRMultiFactor); errors.Is(err, gate.ErrClosed) != c.closedWithTwoFactor {
			t.Errorf("%s: Check with two factors = %v", name, err)
		}
	}
}

func TestNobodyHasNoFacts(t *testing.T) {
	t.Parallel()
	s := newSetting()
	facts, err := s.gate().Facts(t.Context(), s.realm(), gate.Input{App: s.app, Flow: &s.flow})
	if err != nil || facts.Session != nil {
		t.Errorf("facts %+v, %v", facts, err)
	}
}

// waits says yes for one session and user.
type waits struct{ sessionID, userID string }

func (w waits) Pending(_ context.Context, _ *flow.Flow, sessionID, userID string) (bool, error) {
	return w == waits{sessionID, userID}, nil
}

func TestWhatWaitsForThePersonIsAFact(t *testing.T) {
	t.Parallel()
	s := newSetting()
	for links, want := range map[gate.Links]bool{nil: false, waits{"s", "u"}: true, waits{"s", "another"}: false} {
		g := gate.New(gate.Deps{Users: s, Factors: s, Profiles: s, Links: links, Now: func() time.Time { return now }})
		facts, err := g.Facts(t.Context(), s.realm(), gate.Input{App: s.app, Flow: &s.flow, Session: &s.session})
		if err != nil || facts.LinkProvider != want {
			t.Errorf("%v: waits %v, %v; want %v", links, facts.LinkProvider, err, want)
		}
	}
}

func TestAFailureOpensNothing(t *testing.T) {
	t.Parallel()
	s := newSetting()
	s.fail = errors.New("the database is gone")
	if _, err := s.gate().Facts(t.Context(), s.realm(), gate.Input{App: s.app, Flow: &s.flow, Session: &s.session}); err == nil {
		t.Error("facts without a user")
	}
	if err := s.gate().Check(t.Context(), s.realm(), s.app, "u", "2"); err == nil {
		t.Error("the gate is open")
	}
}

func TestFresh(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*setting)
		want bool
	}{
		"just signed in":            {func(*setting) {}, true},
		"at the limit":              {func(s *setting) { s.session.AuthenticatedAt = now.Add(-s.policy.StepUpAge) }, true},
		"too long ago":              {func(s *setting) { s.session.AuthenticatedAt = now.Add(-s.policy.StepUpAge - 1) }, false},
		"without the second factor": {func(s *setting) { s.user.Factors = []string{"passkey"} }, false},
		"with it": {func(s *setting) {
			s.user.Factors, s.session.ACR = []string{"passkey"}, session.ACRMultiFactor
		}, true},
		"with it, too long ago": {func(s *setting) {
			s.session.ACR, s.session.AuthenticatedAt = session.ACRMultiFactor, now.Add(-time.Hour)
		}, false},
	} {
		s := newSetting()
		c.set(s)
		if got, err := s.gate().Fresh(t.Context(), s.realm(), &s.session); err != nil || got != c.want {
			t.Errorf("%s: fresh %v, %v", name, got, err)
		}
	}
}
