package server

import (
	"context"
	"encoding/json"
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
}

// health answers /healthz and /readyz.
type health struct {
	checks   []check
	draining func() bool
	failed   func(ctx context.Context, name string, err error)
	now      func() time.Time

	mu    sync.Mutex
	known map[string]string // results by check
	since time.Time
}

// live answers 200 as long as the process answers at all. An orchestrator
// restarts what fails here, and a restart does not bring a database back.
func (h *health) live(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers 200 when requests are welcome, and 503 when the server cannot
// serve them or is about to end.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	result := readiness{Ready: true, Checks: map[string]string{"accepting": "ok"}}
	if h.draining() {
		result.Checks["accepting"] = "draining"
		result.Ready = false
	}
	for name, state := range h.ask(r.Context()) {
		result.Checks[name] = state
		result.Ready = result.Ready && state == "ok"
	}
	status := http.StatusOK
	if !result.Ready {
		status = http.StatusServiceUnavailable
	}
	answer(w, status, result)
}

// ask runs the checks, or returns the last results while they are fresh. The
// caller who leaves does not take the answer from those who wait for it.
func (h *health) ask(ctx context.Context) map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known != nil && h.now().Sub(h.since) < checkAge {
		return h.known
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTime)
	defer cancel()
	known := make(map[string]string, len(h.checks))
	for _, c := range h.checks {
		known[c.name] = "ok"
		if err := c.ask(ctx); err != nil {
			known[c.name] = "failed"
			if h.known[c.name] != "failed" { // logged when it begins, not at every poll
				h.failed(ctx, c.name, err)
			}
		}
	}
	h.known, h.since = known, h.now()
	return known
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
