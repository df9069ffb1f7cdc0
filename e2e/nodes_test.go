package e2e_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/internal/config"
	"authserver/internal/secret"
	"authserver/server"
)

// secondNode is another server on the house's database, as it runs on another machine. Its ring is its own: it verifies, and signs nothing.
func secondNode(t *testing.T, h *e2e.House) http.Handler {
	t.Helper()
	return node(t, h, secret.NewKey())
}

// node is another server on the house's database with that ring.
func node(t *testing.T, h *e2e.House, keys string) http.Handler {
	t.Helper()
	cfg, err := config.Load(config.Dev, []string{"AUTHSERVER_PUBLIC_URL=" + h.URL, "AUTHSERVER_DATABASE_URL=" + h.Database, "AUTHSERVER_SECRET_KEYS=" + keys}, "")
	if err != nil {
		t.Fatal(err)
	}
	cfg.RSABits, cfg.DatabaseMaxConns = 2048, 4
	s, err := server.New(t.Context(), cfg, server.Options{Logger: slog.New(slog.DiscardHandler), Now: h.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	watched := make(chan error, 1)
	go func() { watched <- s.Database.Watch(ctx) }()
	t.Cleanup(func() {
		stop()
		<-watched
		if err := s.Close(); err != nil {
			t.Errorf("close the second node: %v", err)
		}
	})
	return s.Handler()
}

// What ends on one node has ended on every other within a second, though a JWT has no row to look at.
func TestATokenDiesOnEveryNode(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(t *testing.T, h *e2e.House, party *e2e.Party, person *e2e.Person, tokens e2e.Tokens) error{
		"revoked": func(t *testing.T, _ *e2e.House, party *e2e.Party, _ *e2e.Person, tokens e2e.Tokens) error {
			return party.Revoke(t.Context(), tokens.AccessToken)
		},
		"refresh token revoked": func(t *testing.T, _ *e2e.House, party *e2e.Party, _ *e2e.Person, tokens e2e.Tokens) error {
			return party.Revoke(t.Context(), tokens.RefreshToken)
		},
		"signed out": func(t *testing.T, _ *e2e.House, party *e2e.Party, person *e2e.Person, tokens e2e.Tokens) error {
			_, err := person.Click(t.Context(), party.Endpoints.EndSession+"?id_token_hint="+tokens.IDToken)
			return err
		},
		"realm suspended": func(t *testing.T, h *e2e.House, _ *e2e.Party, _ *e2e.Person, _ e2e.Tokens) error {
			return h.Server.Realms.Suspend(h.Operator(), h.Realm.ID, "test")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := e2e.Open(t)
			party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
			_, tokens := signedIn(t, party, person)
			node := secondNode(t, h)
			userinfo := func() int {
				req := httptest.NewRequest(http.MethodGet, party.Endpoints.Userinfo, http.NoBody)
				req.Header.Set("Authorization", "Bearer "+tokens.AccessToken)
				w := httptest.NewRecorder()
				node.ServeHTTP(w, req)
				return w.Code
			}
			if got := userinfo(); got != http.StatusOK {
				t.Fatalf("before: %d", got)
			}
			if err := end(t, h, party, person, tokens); err != nil {
				t.Fatal(err)
			}
			deadline, tick := time.Now().Add(time.Second), time.NewTicker(20*time.Millisecond)
			defer tick.Stop()
			for userinfo() == http.StatusOK {
				if time.Now().After(deadline) {
					t.Fatal("still good on the other node after a second")
				}
				<-tick.C
			}
		})
	}
}
