package budget_test

import (
	"net/http"
	"net/url"
	"testing"

	"authserver/e2e"
	"authserver/internal/database"
	"authserver/tenant/application"
)

func open(t testing.TB, change func(*application.Draft)) *bench {
	t.Helper()
	h := e2e.Open(t)
	return &bench{t: t, h: h, party: h.NewParty(change), person: h.NewPerson("rosa@example.com"), handler: h.Server.Handler()}
}

// limit is what one request may cost the database: reads, and committed transactions.
type limit struct{ reads, commits uint64 }

func (b *bench) within(name string, cost database.Counts, l limit) {
	b.t.Helper()
	if reads := cost.Statements - cost.Writes; reads > l.reads || cost.Commits > l.commits {
		b.t.Errorf("%s: %d reads, %d writes in %d transactions; the budget is %d reads, %d transactions", name, reads, cost.Writes, cost.Commits, l.reads, l.commits)
	}
	b.t.Logf("%s: %d reads, %d writes, %d transactions", name, cost.Statements-cost.Writes, cost.Writes, cost.Commits)
}

func opaque(d *application.Draft) { d.TokenFormat = application.FormatOpaque }

// clientCredentials is a token request of the application's own.
func (b *bench) clientCredentials() request {
	return request{http.MethodPost, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}}, b.client(), nil, http.StatusOK}
}

func (b *bench) introspection(token string) request {
	return request{http.MethodPost, "/oauth2/introspect", url.Values{"token": {token}}, b.client(), nil, http.StatusOK}
}

func (b *bench) refresh(token string) request {
	return request{http.MethodPost, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, b.client(), nil, http.StatusOK}
}

func (b *bench) userinfo(token string) request {
	return request{http.MethodGet, "/oauth2/userinfo", nil, "Bearer " + token, nil, http.StatusOK}
}

// authorize is a request of a person who is signed in and has consented.
func (b *bench) authorize() (e2e.Attempt, request) {
	b.t.Helper()
	attempt := b.party.Begin()
	u, err := url.Parse(attempt.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	return attempt, request{http.MethodGet, "/oauth2/authorize?" + u.RawQuery, nil, "", b.person.Cookies(), http.StatusSeeOther}
}

func (b *bench) exchange(attempt e2e.Attempt, location string) request {
	b.t.Helper()
	back, err := url.Parse(location)
	if err != nil {
		b.t.Fatal(err)
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {b.party.RedirectURI}, "code_verifier": {attempt.Verifier},
	}
	return request{http.MethodPost, "/oauth2/token", form, b.client(), nil, http.StatusOK}
}

// signIn takes the person through the pages once, so that a session and a consent exist.
func (b *bench) signIn() {
	b.t.Helper()
	if _, err := b.person.Authorize(b.t.Context(), b.party.Begin().URL); err != nil {
		b.t.Fatal(err)
	}
}

func TestBudgetOfDocuments(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	for _, path := range []string{"/.well-known/openid-configuration", "/oauth2/jwks"} {
		r := request{http.MethodGet, path, nil, "", nil, http.StatusOK}
		b.ask(r)
		_, cost := b.ask(r)
		b.within(path, cost, limit{0, 0})
	}
}

func TestBudgetOfTokensForMachines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change            func(*application.Draft)
		issue, introspect limit
	}{
		"JWT":    {nil, limit{0, 0}, limit{0, 0}},
		"opaque": {opaque, limit{0, 1}, limit{1, 0}},
	} {
		b := open(t, c.change)
		b.tokens(b.clientCredentials())
		tokens, cost := b.tokens(b.clientCredentials())
		b.within(name+" client_credentials", cost, c.issue)
		b.ask(b.introspection(tokens.AccessToken))
		_, cost = b.ask(b.introspection(tokens.AccessToken))
		b.within(name+" introspection", cost, c.introspect)
		_, cost = b.ask(b.introspection("at_unknown"))
		b.within(name+" introspection of nothing", cost, limit{1, 0})
	}
}

func TestBudgetOfTokensForPeople(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*application.Draft){"JWT": nil, "opaque": opaque} {
		b := open(t, change)
		b.signIn()
		attempt, r := b.authorize()
		answer, cost := b.ask(r)
		b.within(name+" authorize", cost, limit{4, 1})
		tokens, cost := b.tokens(b.exchange(attempt, answer.Header().Get("Location")))
		b.within(name+" exchange", cost, limit{3, 1})
		_, cost = b.ask(b.userinfo(tokens.AccessToken))
		b.within(name+" userinfo", cost, limit{2, 0})
		_, cost = b.tokens(b.refresh(tokens.RefreshToken))
		b.within(name+" refresh", cost, limit{3, 1})
	}
}

func TestBudgetOfSigningIn(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	// What a realm offers (its upstream providers) is read once and then known.
	if _, err := b.h.NewPerson("warm@example.com").Click(t.Context(), b.party.Begin().URL); err != nil {
		t.Fatal(err)
	}
	before := b.h.Server.Database.Totals()
	page, err := b.person.Click(t.Context(), b.party.Begin().URL)
	if err != nil {
		t.Fatal(err)
	}
	shown := b.h.Server.Database.Totals()
	b.within("start of a flow", minus(shown, before), limit{5, 1})
	form, err := page.Form("")
	if err != nil {
		t.Fatal(err)
	}
	values := form.Fill("email", b.person.Email).Fill("password", b.person.Password).Values()
	b.ask(request{http.MethodGet, "/oauth2/jwks", nil, "", nil, http.StatusOK})
	_, cost := b.ask(request{http.MethodPost, "/login", values, "", b.person.Cookies(), http.StatusSeeOther})
	b.within("password sign-in", cost, limit{5, 2})
}

func minus(a, b database.Counts) database.Counts {
	return database.Counts{Statements: a.Statements - b.Statements, Writes: a.Writes - b.Writes, Commits: a.Commits - b.Commits}
}
