package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"authserver/e2e"
	"authserver/identity/user"
	"authserver/internal/rest/resttest"
	"authserver/notify/webhook"
)

type parkedItem struct {
	ID       string    `json:"id"`
	RealmID  string    `json:"realm_id"`
	Queue    string    `json:"queue"`
	Kind     string    `json:"kind"`
	Subject  string    `json:"subject"`
	Reason   string    `json:"reason"`
	Attempts int       `json:"attempts"`
	At       time.Time `json:"created_at"`
	ParkedAt time.Time `json:"parked_at"`
}

// What workers gave up is listed with its reason, over all queues, and is tried again or dropped.
func TestWhatWorkersGaveUpIsTriedAgainOrDropped(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	var status, calls atomic.Int64
	status.Store(http.StatusInternalServerError)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(int(status.Load()))
	}))
	t.Cleanup(receiver.Close)
	hook, _, err := h.Server.Webhooks.Create(h.Operator(), webhook.Webhook{RealmID: h.Realm.ID, URL: receiver.URL, Events: []string{"user.created"}})
	if err != nil {
		t.Fatal(err)
	}
	happen := func(email string) {
		t.Helper()
		if _, err := h.Server.Users.Create(h.Operator(), h.Realm, user.NewUser{Email: email}); err != nil {
			t.Fatal(err)
		}
		for range 5 { // the ladder, and more
			if err := h.Server.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.Clock.Play(2 * time.Hour)
		}
	}
	happen("one@example.com")
	happen("two@example.com")
	// No event of the house fails by itself.
	if err := e2e.Amend(t.Context(), h.Database, `UPDATE events SET dispatched_at = 0, parked_at = at, attempts = 8, failure = 'the subscriber broke' WHERE type = 'realm.created'`); err != nil {
		t.Fatal(err)
	}
	house := resttest.New(t, h.Server.Database, h.Server.Realms, h.Realm.ID, h.Clock.Now, h.Server.Parked.MountAdmin)
	admin := house.As("queues.read", "queues.write")
	path := "/realms/" + h.Realm.Slug + "/parked"
	list := func(query string) []parkedItem {
		t.Helper()
		var page struct {
			Items []parkedItem `json:"items"`
			Next  string       `json:"next_cursor"`
		}
		admin.Do(http.MethodGet, path+query, nil).Want(http.StatusOK).Into(&page)
		return page.Items
	}
	all, hooks := list(""), list("?queue=webhooks")
	if len(all) != 3 || len(hooks) != 2 || len(list("?queue=events")) != 1 || len(list("?limit=2")) != 2 {
		t.Fatalf("parked: %+v; of webhooks: %+v", all, hooks)
	}
	if got := all[0]; got.Queue != "events" || got.Kind != "realm.created" || got.Reason != "the subscriber broke" || got.Attempts != 8 {
		t.Errorf("an event: %+v", got)
	}
	if got := hooks[0]; got.Kind != "user.created" || got.Subject != "webhook "+hook.ID || got.Reason != "status 500" || got.Attempts != 5 {
		t.Errorf("a delivery: %+v", got)
	}
	admin.Do(http.MethodGet, path+"?queue=nothing", nil).Want(http.StatusBadRequest, "queue_unknown")

	admin.Do(http.MethodPost, path+"/"+hooks[0].ID+"/drop", map[string]string{"reason": "the receiver knows"}).Want(http.StatusNoContent)
	admin.Do(http.MethodPost, path+"/"+hooks[0].ID+"/retry", nil).Want(http.StatusNotFound, "parked_not_found")
	before := calls.Load()
	status.Store(http.StatusNoContent)
	var tried struct {
		Items int `json:"items"`
	}
	admin.Do(http.MethodPost, path+"/retry", map[string]string{}).Want(http.StatusOK).Into(&tried)
	if tried.Items != 2 {
		t.Errorf("%d are tried again, want the event and the other delivery", tried.Items)
	}
	if err := h.Server.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := list(""); len(left) != 0 || calls.Load() != before+1 {
		t.Errorf("left: %+v, %d calls more", left, calls.Load()-before)
	}
	d, attempts, err := h.Server.Webhooks.Delivery(t.Context(), h.Realm.ID, hook.ID, hooks[1].ID)
	if err != nil || d.Status != webhook.Delivered || len(attempts) != 6 {
		t.Errorf("the other delivery: %+v, %d attempts, %v", d, len(attempts), err)
	}
	if d, _, err := h.Server.Webhooks.Delivery(t.Context(), h.Realm.ID, hook.ID, hooks[0].ID); err != nil || d.Status != webhook.Cancelled || d.Error != "dropped" {
		t.Errorf("the dropped one: %+v, %v", d, err)
	}

	house.Operator("system.read").Do(http.MethodGet, "/parked", nil).Want(http.StatusOK)
	house.As("statistics.read").Do(http.MethodGet, path, nil).Want(http.StatusForbidden)
}
