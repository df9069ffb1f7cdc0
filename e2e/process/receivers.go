package process

import (
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"authserver/client"
)

// receivers are programs that want to know of new groups, by how they take it.
type receivers struct {
	*httptest.Server
	closing chan struct{}

	mu    sync.Mutex
	fails int                       // calls to the one that fails
	heard map[string]map[string]int // by path, by the event's id: how often it was taken
	odd   []string                  // what should not have come
}

// newReceivers starts them.
func newReceivers(t *testing.T) *receivers {
	t.Helper()
	h := &receivers{closing: make(chan struct{}), heard: map[string]map[string]int{"/well": {}, "/failing": {}}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(func() {
		close(h.closing)
		h.Close()
	})
	return h
}

// register makes a webhook for each way of taking it, and returns their ids: the last is of the one that never answers.
func (h *receivers) register(t *testing.T, realm *client.RealmClient) []string {
	t.Helper()
	var all []string
	for _, path := range []string{"/well", "/failing", "/hanging"} {
		w, err := realm.CreateWebhook(t.Context(), client.CreateWebhookRequest{URL: h.URL + path, Events: []string{"group.created"}})
		if err != nil {
			t.Fatalf("register %s: %v", path, err)
		}
		all = append(all, w.ID)
	}
	return all
}

// ServeHTTP takes a delivery well, in each of the ways in which it can fail, or not at all.
func (h *receivers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	var event struct{ ID string }
	if err == nil {
		err = json.Unmarshal(raw, &event)
	}
	if err != nil {
		return // the server was killed while it spoke
	}
	take := func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.heard[r.URL.Path][event.ID]++
	}
	switch r.URL.Path {
	case "/well":
		take()
		w.WriteHeader(http.StatusNoContent)
	case "/failing":
		h.fail(w, take)
	case "/hanging":
		select {
		case <-r.Context().Done():
		case <-h.closing:
		}
	default:
		h.mu.Lock()
		defer h.mu.Unlock()
		h.odd = append(h.odd, r.URL.Path)
	}
}

// fail goes through the ways to fail, and takes what comes in four of eight calls; of one of these it does not tell.
func (h *receivers) fail(w http.ResponseWriter, take func()) {
	h.mu.Lock()
	h.fails++
	n := h.fails
	h.mu.Unlock()
	hangUp := func() {
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = conn.Close()
		}
	}
	switch n % 8 {
	case 0:
		w.WriteHeader(http.StatusInternalServerError)
	case 1:
		w.Header().Set("Location", h.URL+"/elsewhere")
		w.WriteHeader(http.StatusTemporaryRedirect)
	case 2:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case 3:
		hangUp()
	case 4:
		take()
		hangUp()
	default:
		take()
		w.WriteHeader(http.StatusOK)
	}
}

// compare holds what the receivers heard to the events that there are.
func (h *receivers) compare(t *testing.T, books *sql.DB) {
	t.Helper()
	events := map[string]bool{}
	for _, id := range column(t, books, `SELECT id FROM events WHERE type = 'group.created'`) {
		events[id] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.odd) > 0 {
		t.Errorf("calls to %v", h.odd)
	}
	for path, heard := range h.heard {
		twice, calls := 0, 0
		for id, n := range heard {
			if !events[id] {
				t.Errorf("%s heard of %s, of which there is no event", path, id)
			}
			if calls += n; n > 1 {
				twice++
			}
		}
		for id := range events {
			if heard[id] == 0 {
				t.Errorf("%s never heard of %s", path, id)
			}
		}
		t.Logf("%s: %d events in %d calls, %d of them more than once", path, len(heard), calls, twice)
	}
}

// column reads the first column.
func column(t *testing.T, books *sql.DB, query string) []string {
	t.Helper()
	rows, err := books.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
