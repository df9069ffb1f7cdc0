package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/outbound"
	"authserver/internal/rest/resttest"
	"authserver/notify/webhook"
	"authserver/tenant/application"
)

// office is the room behind the real router, on a house with people, and its dispatcher.
type office struct {
	*resttest.House
	t          *testing.T
	people     *identitytest.House
	apps       *application.Service
	hooks      *webhook.Service
	dispatcher *event.Dispatcher
	path       string
}

func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func kinds() []event.Kind {
	return []event.Kind{
		{Payload: user.Created{}, Room: "identity/user", Description: "Recorded when an account begins to exist."},
		{Payload: user.Updated{}, Room: "identity/user", Description: "Recorded when a profile changes."},
		{Payload: application.Updated{}, Room: "tenant/application", Description: "Recorded when an application changes."},
		{Payload: webhook.Disabled{}, Room: "notify/webhook", Description: "Recorded when a webhook is disabled."},
	}
}

// open builds an office; change may alter what the room is built with.
func open(t *testing.T, change ...func(*webhook.Deps)) *office {
	t.Helper()
	h := identitytest.New(t)
	o := &office{t: t, people: h, apps: application.New(application.Deps{DB: h.DB, Events: h.Events, Now: h.Clock.Now}), path: "/realms/" + h.Realm.Slug + "/webhooks"}
	o.hooks = o.another(change...)
	o.dispatcher = event.NewDispatcher(event.DispatcherDeps{
		DB: h.DB, Log: h.Events, Subscribers: []event.Subscriber{o.hooks}, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	o.House = resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, o.hooks.MountAdmin)
	return o
}

// another is the room of another node, on the same database.
func (o *office) another(change ...func(*webhook.Deps)) *webhook.Service {
	h := o.people
	d := webhook.Deps{
		DB: h.DB, Events: h.Events, Ring: h.Ring, Realms: h.Realms, Applications: o.apps, Catalogue: kinds(),
		Client: outbound.New(outbound.Options{Networks: loopback(), Timeout: 10 * time.Second}), Networks: loopback(),
		Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&d)
	}
	return webhook.New(d)
}

// hook registers a webhook of the realm and returns it with its secret.
func (o *office) hook(url string, events ...string) (*webhook.Webhook, string) {
	o.t.Helper()
	w, plain, err := o.hooks.Create(o.people.Context, webhook.Webhook{RealmID: o.people.Realm.ID, URL: url, Events: events})
	if err != nil {
		o.t.Fatal(err)
	}
	return w, plain
}

// happen records events and dispatches them.
func (o *office) happen(ctx context.Context, payloads ...event.Payload) {
	o.t.Helper()
	err := o.people.DB.InTx(ctx, func(ctx context.Context) error {
		return o.people.Events.Record(ctx, event.Ref{RealmID: o.people.Realm.ID, Kind: "user", ID: "ann"}, payloads...)
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.dispatch()
}

func (o *office) dispatch() {
	o.t.Helper()
	for {
		n, err := o.dispatcher.Once(o.t.Context())
		if err != nil {
			o.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// deliver makes one attempt of all that is due, and returns how many there were.
func (o *office) deliver() int {
	o.t.Helper()
	n, err := o.hooks.Once(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

// log are the deliveries of a webhook, the newest first.
func (o *office) log(w *webhook.Webhook) []*webhook.Delivery {
	o.t.Helper()
	list, err := o.hooks.Deliveries(o.t.Context(), w.RealmID, w.ID, webhook.Filter{Limit: 100})
	if err != nil {
		o.t.Fatal(err)
	}
	return list
}

// received is a delivery as it came in.
type received struct {
	Header http.Header
	Body   string
	Method string
}

// receiver is somebody who is told of events.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	got []received
	// answer is the status; 0 is 204.
	status int
	says   string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raw, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, received{req.Header.Clone(), string(raw), req.Method})
		status := r.status
		if status == 0 {
			status = http.StatusOK
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, r.says)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int, says string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status, r.says = status, says
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

// message is the body of a delivery.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	ID        string    `json:"id"`
	Version   int       `json:"version"`
	Realm     struct{ ID, Slug string }
	Subject   struct{ Kind, ID string }
	Actor     map[string]string
	Data      map[string]any
}

func (r received) message(t *testing.T) message {
	t.Helper()
	var m message
	if err := json.Unmarshal([]byte(r.Body), &m); err != nil {
		t.Fatalf("%v in %s", err, r.Body)
	}
	return m
}
