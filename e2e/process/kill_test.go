package process

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authserver/e2e"
)

const (
	people       = 6
	applications = 12
	password     = "plum-Carriage-41-tin"
)

// journeys is how many are walked: enough to meet every step in the suite, 10,000 in `make stress`.
func journeys(t *testing.T) int64 {
	t.Helper()
	set := os.Getenv("STRESS_JOURNEYS")
	if set == "" {
		return 200
	}
	n, err := strconv.ParseInt(set, 10, 64)
	if err != nil {
		t.Fatalf("STRESS_JOURNEYS: %v", err)
	}
	return n
}

// The server is killed again and again while people sign in, agree, and applications exchange, refresh and revoke. What was confirmed to
// anybody stays true; what was not is there whole or not at all.
func TestNothingConfirmedIsLostWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	k := newKeep(t)
	parties := k.parties(t, applications)
	if err := k.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.kill() })
	for _, p := range parties {
		if err := p.Discover(t.Context()); err != nil {
			t.Fatal(err)
		}
	}

	todo, kills := atomic.Int64{}, 0
	todo.Store(journeys(t))
	book := &ledger{}
	done := make(chan struct{})
	var walking sync.WaitGroup
	for i := range people {
		w := &walker{keep: k, ledger: book, person: k.person(t, i), parties: parties, agreed: map[*e2e.Party]bool{}, count: i}
		walking.Go(func() {
			for todo.Add(-1) >= 0 && t.Context().Err() == nil {
				if err := w.walk(t.Context()); err != nil {
					t.Errorf("%s, journey %d: %v", w.person.Email, w.count, err)
					return
				}
			}
		})
	}
	go func() { walking.Wait(); close(done) }()

	for running := true; running; {
		running = k.busy(done, k.answers.Load()+1+rand.Int64N(24))
		k.kill() // the last time with nothing under way, so that the audit reads what is on disk
		kills++
		forgive(t, k)
		if err := k.start(t.Context()); err != nil {
			t.Fatalf("after %d kills: %v", kills, err)
		}
	}
	t.Logf("%d journeys, %d kills, %d tokens remembered", journeys(t), kills, len(book.all))

	auditor := &walker{keep: k}
	for _, r := range book.all {
		if err := auditor.expect(t.Context(), r.party, r.token, r.active); err != nil {
			t.Errorf("a refresh token after the last crash: %v", err)
		}
	}
	audit(t, e2e.Books(t, k.Database))
}

// busy waits until the server has given that many answers and a moment more, and tells
// whether there is more to do. Kills are counted in answers: counted in time, a slow
// machine would be killed before it has done anything.
func (k *keep) busy(done <-chan struct{}, answers int64) bool {
	if !reached(done, &k.answers, answers) {
		return false
	}
	select {
	case <-done:
		return false
	case <-time.After(time.Duration(rand.IntN(10_000)) * time.Microsecond): // anywhere in the next
		return true
	}
}

// reached waits until so many are counted; false when all is done before.
func reached(done <-chan struct{}, counter *atomic.Int64, want int64) bool {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for counter.Load() < want {
		select {
		case <-done:
			return false
		case <-look.C:
		}
	}
	return true
}

// forgive clears the counters of sign-in attempts. An attempt is counted before its outcome is known, so each one that a kill cuts short
// counts as a failure, and a dozen kills would lock the person out, as they should.
func forgive(t *testing.T, k *keep) {
	t.Helper()
	if err := e2e.Amend(t.Context(), k.Database, `DELETE FROM login_attempts`); err != nil {
		t.Fatal(err)
	}
}

// audit looks for half states: what one transaction writes must be there together.
func audit(t *testing.T, books *sql.DB) {
	t.Helper()
	for _, rule := range []struct{ broken, query string }{
		{"codes that were spent without a grant", `SELECT count(*) FROM oauth_codes c WHERE c.used_at <> 0 AND NOT EXISTS (SELECT 1 FROM oauth_grants g WHERE g.id = c.grant_id)`},
		{"grants whose code can still be spent", `SELECT count(*) FROM oauth_grants g WHERE EXISTS (SELECT 1 FROM oauth_codes c WHERE c.grant_id = g.id AND c.used_at = 0)`},
		{"grants without a refresh token", `SELECT count(*) FROM oauth_grants g WHERE g.offline AND NOT EXISTS (SELECT 1 FROM oauth_refresh_tokens r WHERE r.grant_id = g.id)`},
		{"grants with other than one leaf", `SELECT count(*) FROM (SELECT grant_id FROM oauth_refresh_tokens GROUP BY grant_id HAVING sum(CASE WHEN rotated_at = 0 THEN 1 ELSE 0 END) <> 1) odd`},
		{"refresh tokens rotated into nothing", `SELECT count(*) FROM oauth_refresh_tokens r WHERE r.rotated_at <> 0 AND NOT EXISTS (SELECT 1 FROM oauth_refresh_tokens n WHERE n.digest = r.successor)`},
		{"codes without their event", `SELECT count(*) FROM oauth_codes c WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.type = 'oauth.authorized' AND e.payload LIKE '%' || c.grant_id || '%')`},
		{"grants without their event", `SELECT count(*) FROM oauth_grants g WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.type = 'oauth.tokens_issued' AND e.payload LIKE '%' || g.id || '%')`},
		{"revoked grants without their event", `SELECT count(*) FROM oauth_grants g WHERE g.revoked_at <> 0 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.type = 'oauth.grant_revoked' AND e.payload LIKE '%' || g.id || '%')`},
		{"sessions of nobody", `SELECT count(*) FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = s.user_id)`},
	} {
		var found int
		if err := books.QueryRowContext(t.Context(), rule.query).Scan(&found); err != nil {
			t.Errorf("%s: %v", rule.broken, err)
		} else if found != 0 {
			t.Errorf("half state: %d %s", found, rule.broken)
		}
	}
}

// parties registers applications with the command line, every other one with opaque tokens.
func (k *keep) parties(t *testing.T, n int) []*e2e.Party {
	t.Helper()
	var all []*e2e.Party
	for i := range n {
		var client struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
		}
		k.command(t, &client, "client", "create", "--realm", "acme", "--name", fmt.Sprintf("Harbour %d", i), "--type", "web",
			"--redirect-uri", "https://harbour.example/callback", "--token-format", []string{"jwt", "opaque"}[i%2],
			"--grant", "authorization_code", "--grant", "refresh_token", "--grant", "client_credentials", "--json")
		all = append(all, &e2e.Party{
			Issuer: k.Issuer, ClientID: client.ID, Secret: client.Secret, RedirectURI: "https://harbour.example/callback",
			Scope: "openid email offline_access", HTTP: &http.Client{Transport: k.transport()},
		})
	}
	return all
}

// person gives somebody an account with the command line.
func (k *keep) person(t *testing.T, i int) *e2e.Person {
	t.Helper()
	file := filepath.Join(k.dir, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &e2e.Person{Browser: e2e.NewBrowser(public), Email: fmt.Sprintf("rosa%d@example.com", i), Password: password}
	p.UseTransport(k.transport())
	k.command(t, nil, "user", "create", "--realm", "acme", "--email", p.Email, "--password-file", file, "--verified", "--json")
	return p
}
