package metrics_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"authserver/identity/login"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/oauth"
	"authserver/watch/metrics"
)

func build() *metrics.Metrics {
	return metrics.New(metrics.Deps{
		Version: "v1",
		Slug: func(_ context.Context, realmID string) (string, error) {
			if realmID == "gone" {
				return "", errors.New("no such realm")
			}
			return "slug-" + realmID, nil
		},
		Database: func() database.Counts { return database.Counts{Statements: 5, Writes: 3, Commits: 2} },
		Events:   log{},
		Hashing:  func() (int, int) { return 2, 7 },
		Now:      func() time.Time { return time.Unix(1000, 0) },
		Logger:   slog.New(slog.DiscardHandler),
	})
}

// log is an event log with four events waiting, one parked and nine lost.
type log struct{}

func (log) Backlog(context.Context) (waiting, parked int64, err error) { return 4, 1, nil }
func (log) Dropped() uint64                                            { return 9 }

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler("").ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	return w.Body.String()
}

func happened(t *testing.T, realmID string, p event.Payload) event.Event {
	t.Helper()
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return event.Event{RealmID: realmID, Type: p.EventType(), Payload: b, At: time.Unix(998, 0)}
}

func TestEventsAreCounted(t *testing.T) {
	t.Parallel()
	m := build()
	m.Event(happened(t, "a", login.Succeeded{}))
	m.Event(happened(t, "a", login.Succeeded{}))
	m.Event(happened(t, "a", login.Failed{}))
	m.Event(happened(t, "gone", login.Failed{}))
	m.Event(happened(t, "a", oauth.TokensIssued{GrantType: "refresh_token", Format: "jwt"}))
	m.Event(event.Event{RealmID: "a", Type: "something.else", At: time.Unix(998, 0)})
	body := scrape(t, m)
	for _, want := range []string{
		`login_success_total{realm="slug-a"} 2`,
		`login_failure_total{realm="slug-a"} 1`,
		`login_failure_total{realm="other"} 1`,
		`oauth_tokens_issued_total{format="jwt",grant="refresh_token",realm="slug-a"} 1`,
		`events_dispatch_delay_seconds_sum 12`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestTheRealmLabelIsBounded(t *testing.T) {
	t.Parallel()
	m := build()
	for i := range 250 {
		m.Event(happened(t, fmt.Sprint(i), login.Succeeded{}))
	}
	m.Event(happened(t, "7", login.Succeeded{}))
	body := scrape(t, m)
	if got := strings.Count(body, "login_success_total{"); got != 101 {
		t.Errorf("%d series, want 100 and other", got)
	}
	for _, want := range []string{`login_success_total{realm="other"} 150`, `login_success_total{realm="slug-7"} 2`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestRequestsAreCountedByRouteAndClass(t *testing.T) {
	t.Parallel()
	m := build()
	m.Request("/realms/:realm/oauth2/token", "POST", 200, 3*time.Millisecond)
	m.Request("/realms/:realm/oauth2/token", "POST", 401, time.Millisecond)
	m.Request("unmatched", "other", 404, time.Microsecond)
	body := scrape(t, m)
	for _, want := range []string{
		`http_request_duration_seconds_count{method="POST",route="/realms/:realm/oauth2/token",status="2xx"} 1`,
		`http_request_duration_seconds_count{method="other",route="unmatched",status="4xx"} 1`,
		`oauth_token_request_duration_seconds_bucket{status="2xx",le="0.003"} 1`,
		`oauth_token_request_duration_seconds_count{status="4xx"} 1`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestPartsAreReadWhenAsked(t *testing.T) {
	t.Parallel()
	body := scrape(t, build())
	for _, want := range []string{
		"database_statements_total 5", "database_writes_total 3", "database_commits_total 2",
		"password_hashes_running 2", "password_hashes_waiting 7",
		"events_waiting 4", "events_parked 1", "events_dropped_total 9",
		`authserver_build_info{goversion="go`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestTwoServersDoNotAddUp(t *testing.T) {
	t.Parallel()
	one, two := build(), build()
	one.Event(happened(t, "a", login.Succeeded{}))
	if strings.Contains(scrape(t, two), "login_success_total{") {
		t.Error("the second server counts what the first did")
	}
}

func TestTheDoor(t *testing.T) {
	t.Parallel()
	h := build().Handler("correct-horse-battery-staple-0123")
	for credential, want := range map[string]int{
		"": 401, "Bearer wrong": 401, "Basic correct-horse-battery-staple-0123": 401, "Bearer ": 401,
		"Bearer correct-horse-battery-staple-0123": 200, "bearer correct-horse-battery-staple-0123": 200,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
		if credential != "" {
			r.Header.Set("Authorization", credential)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: %d, want %d", credential, w.Code, want)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/metrics", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d, want 405", w.Code)
	}
}
