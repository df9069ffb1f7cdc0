package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// clock is a time that stands still until it is moved.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func readyz(t *testing.T, h *health) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ready(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	return w.Code, w.Body.String()
}

func TestReadinessNamesTheCheckAndHidesTheReason(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Unix(1e9, 0)}
	var logged []string
	outage := errors.New("dial postgres://admin:hunter2@10.0.0.7: refused")
	h := &health{
		checks: []check{
			{"database", func(context.Context) error { return outage }},
			{"schema", func(context.Context) error { return nil }},
		},
		parked:   func(context.Context) (int64, error) { return 3, nil },
		draining: func() bool { return false },
		failed:   func(_ context.Context, name string, _ error) { logged = append(logged, name) },
		now:      c.now,
	}
	status, body := readyz(t, h)
	if status != http.StatusServiceUnavailable || !strings.Contains(body, `"database":"failed"`) || !strings.Contains(body, `"schema":"ok"`) {
		t.Errorf("%d %s", status, body)
	}
	if strings.Contains(body, "hunter2") || strings.Contains(body, "10.0.0.7") {
		t.Errorf("the body tells what only the log may: %s", body)
	}
	c.at = c.at.Add(checkAge)
	readyz(t, h)
	if len(logged) != 1 {
		t.Errorf("the outage was logged %d times, want once", len(logged))
	}
	outage = nil
	if status, _ := readyz(t, h); status != http.StatusServiceUnavailable {
		t.Errorf("a fresh result was not used again: %d", status)
	}
	c.at = c.at.Add(checkAge)
	if status, body := readyz(t, h); status != http.StatusOK || !strings.Contains(body, `"parked_events":3`) {
		t.Errorf("after the outage: %d %s", status, body)
	}
}

func TestADrainingServerIsAliveButNotReady(t *testing.T) {
	t.Parallel()
	h := &health{parked: func(context.Context) (int64, error) { return 0, errors.New("no database") }, draining: func() bool { return true }, now: time.Now}
	if status, body := readyz(t, h); status != http.StatusServiceUnavailable || !strings.Contains(body, `"accepting":"draining"`) {
		t.Errorf("readyz: %d %s", status, body)
	}
	w := httptest.NewRecorder()
	h.live(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil))
	if w.Code != http.StatusOK {
		t.Errorf("healthz: %d", w.Code)
	}
}

func TestHealthIsOnlyRead(t *testing.T) {
	t.Parallel()
	h := &health{draining: func() bool { return false }, now: time.Now}
	for _, ask := range []http.HandlerFunc{h.live, h.ready} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			w := httptest.NewRecorder()
			ask(w, httptest.NewRequestWithContext(t.Context(), method, "/", nil))
			if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
			}
		}
	}
}
