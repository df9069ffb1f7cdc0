package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/user"
	"authserver/tenant/realm"
)

// way is one way to tokens or to what an account holds.
type way struct {
	name string
	// pack is done while nothing stands in the way; go says where the person arrives afterwards.
	pack func(*traveller)
	walk func(*traveller) string
}

// ways are all of them. Those that begin in a browser use one that has never been there, unless the way is about the browser.
func ways() []way {
	var attempt e2e.Attempt // of one way at a time: a state walks them one after another
	var code string
	var tokens e2e.Tokens
	signIn := func(p *traveller) { tokens = p.signIn() }
	return []way{
		{"password", nil, func(p *traveller) string {
			attempt, page := p.login()
			return p.s.arrival(attempt, p.password(page))
		}},
		{"passkey", func(p *traveller) { p.addKey(true) }, fresh(func(p *traveller) string {
			attempt, page := p.login()
			return p.s.arrival(attempt, p.passkey(page))
		})},
		{"touch", func(p *traveller) { p.addKey(false) }, fresh(func(p *traveller) string {
			attempt, page := p.login()
			return p.s.arrival(attempt, p.passkey(page))
		})},
		{"federated", (*traveller).link, fresh(func(p *traveller) string {
			attempt, page := p.login()
			return p.s.arrival(attempt, p.abroad(p.send(page, "Continue with Dock")))
		})},
		{"recovery", nil, recovered},
		{"registration", nil, registered},
		{"refresh", signIn, func(p *traveller) string {
			next, err := p.s.party.Refresh(p.s.t.Context(), tokens.RefreshToken)
			if err != nil {
				return refusalOf(err)
			}
			return in(claimsOf(p.s.t, next.IDToken))
		}},
		{"code", func(p *traveller) {
			var page *e2e.Page
			attempt, page = p.login()
			page = p.password(page)
			code = page.URL.Query().Get("code")
		}, func(p *traveller) string { return p.s.exchanged(attempt, code) }},
		{"trusted", func(p *traveller) {
			p.enrol()
			_, page := p.login()
			page = p.send(p.password(page), "verify", "code", p.code(), "trust", "1")
			if !page.Left() {
				p.s.t.Fatalf("trust the browser: %v", page)
			}
			p.signOut()
		}, func(p *traveller) string {
			attempt, page := p.login()
			return p.s.arrival(attempt, p.password(page))
		}},
		{"account", signIn, func(p *traveller) string {
			page := p.open(p.s.at("/account/activity"))
			return "at " + step(page)
		}},
		{"me", signIn, func(p *traveller) string {
			page, err := p.JSON(p.s.t.Context(), http.MethodGet, p.s.URL+"/api/v1/realms/acme/me", "")
			p.s.must(err)
			return p.told(page.Status, page.Body)
		}},
		{"bearer", signIn, func(p *traveller) string {
			a, err := p.s.party.Bearer(p.s.t.Context(), http.MethodGet, p.s.URL+"/api/v1/realms/acme/me", tokens.AccessToken, "")
			p.s.must(err)
			return p.told(a.Status, a.Body)
		}},
		{"userinfo", signIn, func(p *traveller) string {
			about, err := p.s.party.Userinfo(p.s.t.Context(), tokens.AccessToken)
			if err != nil {
				return "refused"
			}
			if about["email"] != p.Email {
				p.s.t.Errorf("userinfo tells %v", about)
			}
			return "told"
		}},
	}
}

// fresh walks in a browser that knows nobody.
func fresh(walk func(*traveller) string) func(*traveller) string {
	return func(p *traveller) string {
		p.Browser = p.elsewhere().Browser
		return walk(p)
	}
}

// told says whether an answer of the API holds the account, and that it holds nothing of it when it refuses.
func (p *traveller) told(status int, body []byte) string {
	p.s.t.Helper()
	holds := strings.Contains(string(body), p.Email)
	if holds != (status == http.StatusOK) {
		p.s.t.Errorf("%d: %s", status, body)
	}
	if holds {
		return "told"
	}
	return "refused"
}

func (p *traveller) signOut() {
	p.s.t.Helper()
	if page := p.send(p.open(p.s.at("/account")), "Sign out"); !strings.HasSuffix(page.URL.Path, "/signed-out") {
		p.s.t.Fatalf("sign out: %v", page)
	}
}

// recovered asks for a new password, chooses one, and signs in with it. No letter, no way.
func recovered(p *traveller) string {
	s := p.s
	attempt, page := p.login()
	page = p.click(page.Doc().Find(`a[href*="/recover"]`).AttrOr("href", ""))
	page = p.send(page, "Send", "email", p.Email)
	if step(page) != "recover/sent" {
		return "at " + step(page)
	}
	before := len(s.Server.Outbox.Messages(p.Email))
	if len(s.Letters(p.Email)) == before {
		return "no letter"
	}
	page = p.click(s.LetterLink(p.Email, "A new password was asked for"))
	p.Password = "quiet-Harbour-77-ink"
	page = p.send(page, "Save password", "new_password", p.Password)
	if step(page) != "recover/done" {
		return "at " + step(page)
	}
	if p.signedIn() {
		s.t.Error("the recovery alone has signed somebody in")
	}
	return s.arrival(attempt, p.password(p.click(page.Doc().Find("main a.button").AttrOr("href", ""))))
}

// registered tries to make the account once more, with another password.
func registered(p *traveller) string {
	s := p.s
	attempt, page := p.login()
	page = p.click(page.Doc().Find(`a[href*="/register"]`).AttrOr("href", ""))
	page = p.send(page, "Create account", "email", p.Email, "new_password", "quiet-Harbour-77-ink", "name", "Mallory")
	for _, l := range s.Letters(p.Email) {
		if strings.Contains(l.Subject, "confirm your address") || l.Code != "" {
			s.t.Errorf("the owner of the account was sent %q", l.Subject)
		}
	}
	page = p.send(page, "confirm", "code", "000000")
	return s.arrival(attempt, page)
}

// signedIn reports whether the browser's session is known to the account or to applications. A sign-in that waits for
// another step is not.
func (p *traveller) signedIn() bool {
	p.s.t.Helper()
	page, err := p.JSON(p.s.t.Context(), http.MethodGet, p.s.URL+"/api/v1/realms/acme/me/sessions/current", "")
	p.s.must(err)
	return page.Status == http.StatusOK
}

// silent asks for a code without any page.
func (p *traveller) silent() string {
	p.s.t.Helper()
	attempt := p.s.party.Begin()
	return p.s.arrival(attempt, p.click(attempt.URL+"&prompt=none"))
}

// state is what an account is in.
type state struct {
	name string
	// born changes how the account is made, bring what it gets into, realm what changes for everybody.
	born  func(*user.NewUser)
	bring func(*traveller)
	realm func(*realm.Policy)
	// wait is how long the first lock lasts.
	wait time.Duration
	// want is where each way arrives, in the order of ways.
	want []string
	// visits says that the account is open to a person who may go nowhere else.
	visits bool
}

// threshold is after how many wrong passwords an account is locked.
const threshold = 3

func wrong(times int) func(*traveller) {
	return func(p *traveller) {
		stranger := p.elsewhere()
		stranger.Password = "wrong-Carriage-41-tin"
		for i := range times {
			if i >= threshold {
				p.s.play(2 * time.Second) // a wait of a second
			}
			_, page := stranger.login()
			if page = stranger.password(page); page.Alert() == "" {
				p.s.t.Fatalf("a wrong password: %v", page)
			}
		}
	}
}

func states() []state {
	const (
		login, mfa   = "at login", "at mfa"
		pwd, key     = "in 1 pwd", "in 2 swk user mfa"
		setup, keep  = "at mfa/setup", "at keep-account"
		verify       = "at verify-email"
		change       = "at password"
		grant, taken = "refused invalid_grant", "at register"
		activity     = "at account/activity"
		no           = "refused"
	)
	//               password  passkey  touch  federated recovery registration refresh code trusted account me bearer userinfo
	return []state{
		{name: "active", want: []string{
			pwd, key, mfa, "in 1", pwd, taken, pwd, pwd, pwd, activity, "told", "told", "told"}},
		// INC-018: a lock is about guesses at the password: it keeps strangers out, and nobody who is in or comes another way.
		{name: "locked for a while", wait: time.Hour, bring: wrong(threshold), want: []string{
			login, key, mfa, "in 1", pwd, taken, pwd, pwd, pwd, activity, "told", "told", "told"}},
		{name: "locked for good", bring: wrong(threshold + 2), want: []string{
			login, key, mfa, "in 1", pwd, taken, pwd, pwd, pwd, activity, "told", "told", "told"}},
		{name: "suspended", bring: func(p *traveller) {
			p.s.must(p.s.Server.Users.Suspend(p.s.Operator(), p.s.Realm.ID, p.id, "test"))
		}, want: []string{
			login, "at passkey/signin", "at passkey/signin", "at federation/failed", "no letter", taken, grant, grant, login, login, no, no, no}},
		{name: "unverified", born: func(n *user.NewUser) { n.Verified = false }, realm: func(p *realm.Policy) { p.VerifyEmail = true }, want: []string{
			verify, verify, verify, verify, pwd, taken, grant, grant, verify, verify, no, no, "told"}},
		{name: "must change the password", bring: mustChange, want: []string{
			change, change, change, change, pwd, taken, grant, grant, change, login, no, no, "told"}},
		{name: "must have a second factor", realm: func(p *realm.Policy) { p.SecondFactor = realm.Required }, want: []string{
			setup, key, mfa, setup, setup, taken, grant, grant, pwd, login, no, no, "told"}},
		// INC-016, INC-029, INC-032: who has a second factor is asked for it, though nothing demands one, whichever way they come.
		{name: "has a second factor", bring: (*traveller).enrol, want: []string{
			mfa, key, mfa, mfa, mfa, taken, pwd, pwd, pwd, mfa, no, "told", "told"}},
		{name: "about to be erased", visits: true, bring: func(p *traveller) {
			_, err := p.s.Server.Privacy.Schedule(p.s.Operator(), p.s.Realm, p.id)
			p.s.must(err)
		}, want: []string{
			keep, keep, mfa, keep, keep, taken, grant, grant, keep, login, no, no, no}},
	}
}

// mustChange is what an operator says.
func mustChange(p *traveller) {
	p.s.t.Helper()
	db := p.s.Server.Database
	p.s.must(db.InTx(p.s.t.Context(), func(ctx context.Context) error {
		return db.With(ctx).Exec("UPDATE users SET must_change_password = ? WHERE realm_id = ? AND id = ?", true, p.s.Realm.ID, p.id).Error
	}))
}

// Nobody comes to tokens or to what an account holds where policy forbids it, whichever way they try; and every way that is open
// says truly how the person came.
func TestIdentityPathsThroughEveryState(t *testing.T) {
	t.Parallel()
	up := e2e.Open(t)
	for _, st := range states() {
		t.Run(st.name, func(t *testing.T) {
			t.Parallel()
			s := openScene(t, func(p *realm.Policy) {
				p.Lockout = realm.Lockout{Threshold: threshold, Base: max(st.wait, time.Second), Growth: 1, Max: time.Hour, Hard: threshold + 2}
			})
			s.provide(up, nil)
			s.through(up, st)
		})
	}
}

func (s *scene) through(up *e2e.House, st state) {
	for i, w := range ways() {
		p := s.person(w.name+"@example.com", st.born)
		if w.name == "federated" {
			p.upstream = &e2e.Person{Browser: e2e.NewBrowser(up.URL), Email: s.slug() + "@example.com", Password: p.Password}
			_, err := up.Server.Users.Create(up.Operator(), up.Realm, user.NewUser{Email: p.upstream.Email, Password: p.Password, Verified: true})
			s.must(err)
		}
		if w.pack != nil {
			w.pack(p)
		}
		if st.bring != nil {
			st.bring(p)
		}
		ordinary := s.Realm.Policy
		if st.realm != nil {
			s.policy(st.realm)
		}
		got := w.walk(p)
		if got != st.want[i] {
			s.t.Errorf("%s by %s: %s, want %s", st.name, w.name, got, st.want[i])
		}
		s.closed(st, w, p, got)
		if st.realm != nil {
			s.policy(func(policy *realm.Policy) { *policy = ordinary })
		}
	}
}

// closed makes sure that a browser whose person did not arrive has nothing: no account, no code without a page.
func (s *scene) closed(st state, w way, p *traveller, got string) {
	s.t.Helper()
	if strings.HasPrefix(got, "in ") || got == "told" || got == "at account/activity" {
		return
	}
	if p.signedIn() && !st.visits {
		s.t.Errorf("%s by %s: the account is open", st.name, w.name)
	}
	if got := p.silent(); !strings.HasPrefix(got, "away with ") {
		s.t.Errorf("%s by %s: asked silently, %s", st.name, w.name, got)
	}
}

// slug is unique among the houses of a test.
func (s *scene) slug() string { return strings.TrimPrefix(s.URL, "http://localhost:") }
