package server_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"authserver/internal/config"
	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/server"
	"authserver/tenant/realm"
)

const metricsToken = "0123456789abcdef0123456789abcdef"

// settings are those of production on a database of the test.
func settings(t *testing.T, database string, more ...string) config.Config {
	t.Helper()
	c, err := config.Load(config.Serve, append([]string{
		"AUTHSERVER_PUBLIC_URL=https://id.example.com",
		"AUTHSERVER_DATABASE_URL=" + database,
		"AUTHSERVER_SECRET_KEYS=" + secret.NewKey(),
		"AUTHSERVER_METRICS_TOKEN=" + metricsToken,
		"AUTHSERVER_LISTEN=127.0.0.1:0",
		"AUTHSERVER_RSA_BITS=2048",
		"AUTHSERVER_SHUTDOWN_GRACE=3s",
	}, more...), "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func open(t *testing.T, c config.Config) *server.Server {
	t.Helper()
	s, err := server.New(t.Context(), c, server.Options{Logger: slog.New(slog.DiscardHandler), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func createRealm(t *testing.T, s *server.Server, slug string) *realm.Realm {
	t.Helper()
	ctx := event.WithActor(t.Context(), event.Actor{Kind: "operator", ID: "test"})
	r, err := s.Realms.Create(ctx, realm.Draft{Slug: slug, Name: slug})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func get(t *testing.T, h http.Handler, path string, header ...string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(body)
}

func TestAServerIsReadyOnACurrentSchema(t *testing.T) {
	t.Parallel()
	s := open(t, settings(t, dbtest.URL(t)))
	if status, body := get(t, s.Handler(), "/readyz"); status != http.StatusOK || !strings.Contains(body, `"schema":"ok"`) {
		t.Errorf("readyz: %d %s", status, body)
	}
	if status, _ := get(t, s.Handler(), "/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
}

func TestWithoutItsDatabaseAServerLivesAndIsNotReady(t *testing.T) {
	t.Parallel()
	s := open(t, settings(t, dbtest.URL(t)))
	if err := s.Database.Close(); err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, s.Handler(), "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"database":"failed"`) {
		t.Errorf("readyz: %d %s", status, body)
	}
	if status, _ := get(t, s.Handler(), "/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
}

func TestServeRefusesASchemaThatIsNotCurrent(t *testing.T) {
	t.Parallel()
	_, err := server.New(t.Context(), settings(t, dbtest.Empty(t)), server.Options{Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "authserver migrate") {
		t.Errorf("err = %v, want one that names the remedy", err)
	}
}

// Two nodes that start on an empty database at once, as dev does it, must both
// come up: one migrates, the other waits.
func TestTwoServersMayStartAtOnce(t *testing.T) {
	t.Parallel()
	c := settings(t, dbtest.Empty(t))
	c.Mode = config.Dev
	var wg sync.WaitGroup
	servers := make([]*server.Server, 2)
	for i := range servers {
		wg.Go(func() {
			var err error
			if servers[i], err = server.New(t.Context(), c, server.Options{Logger: slog.New(slog.DiscardHandler)}); err != nil {
				t.Errorf("node %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for i, s := range servers {
		if s == nil {
			continue
		}
		if status, body := get(t, s.Handler(), "/readyz"); status != http.StatusOK {
			t.Errorf("node %d: %d %s", i, status, body)
		}
		if err := s.Close(); err != nil {
			t.Errorf("node %d: %v", i, err)
		}
	}
}

func TestMetricsAskForTheirToken(t *testing.T) {
	t.Parallel()
	s := open(t, settings(t, dbtest.URL(t)))
	get(t, s.Handler(), "/realms/nowhere/login")
	for name, credential := range map[string]string{"none": "", "wrong": "Bearer " + strings.Repeat("x", 32), "no scheme": metricsToken} {
		if status, body := get(t, s.Handler(), "/metrics", "Authorization", credential); status != http.StatusUnauthorized || strings.Contains(body, "go_") {
			t.Errorf("%s: %d", name, status)
		}
	}
	status, body := get(t, s.Handler(), "/metrics", "Authorization", "Bearer "+metricsToken)
	if status != http.StatusOK {
		t.Fatalf("with the token: %d", status)
	}
	for _, series := range []string{
		"go_goroutines ", `authserver_build_info{goversion="go`, "database_statements_total ", "events_waiting 0", "password_hashes_waiting 0",
		"http_request_duration_seconds_bucket{method=\"GET\",route=\"",
	} {
		if !strings.Contains(body, series) {
			t.Errorf("%q is missing", series)
		}
	}
}

func TestMetricsWithAListenerOfTheirOwnAreNotOnThePublicOne(t *testing.T) {
	t.Parallel()
	s := open(t, settings(t, dbtest.URL(t), "AUTHSERVER_METRICS_LISTEN=[::1]:0"))
	if status, _ := get(t, s.Handler(), "/metrics", "Authorization", "Bearer "+metricsToken); status != http.StatusNotFound {
		t.Errorf("status = %d, want 404", status)
	}
}

func TestCloseMayBeCalledTwice(t *testing.T) {
	t.Parallel()
	s := open(t, settings(t, dbtest.URL(t)))
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestATakenAddressIsToldInWords(t *testing.T) {
	t.Parallel()
	first := open(t, settings(t, dbtest.URL(t)))
	if err := first.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := settings(t, dbtest.URL(t), "AUTHSERVER_LISTEN="+first.Addr().String())
	err := open(t, c).Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "in use by another program") || !strings.Contains(err.Error(), "AUTHSERVER_LISTEN") {
		t.Errorf("err = %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := first.Run(ended); err != nil {
		t.Errorf("run: %v", err)
	}
}
