package server

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"time"
)

const (
	// checkTime bounds one readiness check: an answer later than this is none to a
	// balancer.
	checkTime = 2 * time.Second
	// checkAge is how long a result is given out again, so that whoever asks often
	// does not make us ask the database as often.
	checkAge = 500 * time.Millisecond
)

// check is one thing that must hold for the server to take requests.
type check struct {
	name string
	ask  func(context.Context) error
}

// readiness is the body of /readyz. It names the checks and never says why one
// failed: the reasons, which may hold addresses, stand in the log.
type readiness struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks"`
	// ParkedEvents were given up and wait for an operator. They hold nobody up, so
	// the server is ready all the same.
	ParkedEvents int64 `json:"parked_events"`
}

// health answers /healthz and /readyz.
type health struct {
	checks   []check
	parked   func(context.Context) (int64, error)
	draining func() bool
	failed   func(ctx context.Context, name string, err error)
	now      func() time.Time

	mu    sync.Mutex
	last  readiness // without the draining, which is never old
	since time.Time
}

// live answers 200 as long as the process answers at all. An orchestrator
// restarts what fails here, and a restart does not bring a database back.
func (h *health) live(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers 200 when requests are welcome, and 503 when the server cannot
// serve them or is about to end.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	result := h.ask(r.Context())
	result.Checks = maps.Clone(result.Checks)
	result.Checks["accepting"] = "ok"
	if h.draining() {
		result.Checks["accepting"] = "draining"
		result.Ready = false
	}
	status := http.StatusOK
	if !result.Ready {
		status = http.StatusServiceUnavailable
	}
	answer(w, status, result)
}

// reads reports whether the request only asks; it refuses every other (RFC 9110 §15.5.6).
func reads(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	answer(w, http.StatusMethodNotAllowed, map[string]string{"status": "only GET and HEAD are answered here"})
	return false
}

// ask runs the checks, or returns the last results while they are fresh. The
// caller who leaves does not take the answer from those who wait for it.
func (h *health) ask(ctx context.Context) readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last.Checks != nil && h.now().Sub(h.since) < checkAge {
		return h.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTime)
	defer cancel()
	result := readiness{Ready: true, Checks: map[string]string{}, ParkedEvents: h.last.ParkedEvents}
	for _, c := range h.checks {
		result.Checks[c.name] = "ok"
		if err := c.ask(ctx); err != nil {
			result.Checks[c.name], result.Ready = "failed", false
			if h.last.Checks[c.name] != "failed" { // logged when it begins, not at every poll
				h.failed(ctx, c.name, err)
			}
		}
	}
	if n, err := h.parked(ctx); err == nil {
		result.ParkedEvents = n
	}
	h.last, h.since = result, h.now()
	return result
}

func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // who asked and left needs no answer
}
