package audit_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"authserver/identity/identitytest"
	"authserver/internal/event"
	"authserver/internal/rest/resttest"
	"authserver/internal/secret"
	"authserver/watch/audit"
)

// office is the audit of a house behind the real router, with its dispatcher.
type office struct {
	*resttest.House
	people     *identitytest.House
	audit      *audit.Service
	dispatcher *event.Dispatcher
	ring       *secret.Ring
	path       string
	auditor    *resttest.Caller
}

const day = 24 * time.Hour

func open(t *testing.T) *office {
	t.Helper()
	h := identitytest.New(t)
	o := &office{people: h, ring: h.Ring, path: "/realms/" + h.Realm.Slug + "/audit"}
	o.audit = o.auditWith(h.Ring)
	o.dispatcher = o.dispatcherOf(o.audit)
	o.House = resttest.New(t, h.DB, h.Realms, h.Realm.ID, h.Clock.Now, o.audit.MountAdmin)
	o.auditor = o.As("audit.read")
	return o
}

func (o *office) auditWith(ring *secret.Ring) *audit.Service {
	h := o.people
	return audit.New(audit.Deps{
		DB: h.DB, Events: h.Events, Ring: ring, Retention: 30 * day, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler), SegmentMost: 8,
	})
}

func (o *office) dispatcherOf(a *audit.Service) *event.Dispatcher {
	h := o.people
	return event.NewDispatcher(event.DispatcherDeps{
		DB: h.DB, Log: h.Events, Subscribers: []event.Subscriber{a}, Now: h.Clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
}

// settle takes all events to the audit.
func (o *office) settle(t *testing.T) {
	t.Helper()
	for {
		n, err := o.dispatcher.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	if waiting, parked, err := o.people.Events.Backlog(t.Context()); err != nil || waiting+parked != 0 {
		t.Fatalf("%d events wait, %d are parked: %v", waiting, parked, err)
	}
}

// said is an event of these tests.
type said struct {
	kind   string
	Word   string `json:"word,omitempty"`
	Method string `json:"method,omitempty"`
	Times  int    `json:"times"`
}

func (s said) EventType() string { return s.kind }

// record has somebody do something to a person.
func (o *office) record(t *testing.T, actor event.Actor, about string, payloads ...event.Payload) {
	t.Helper()
	h := o.people
	ctx := event.WithActor(t.Context(), actor)
	err := h.DB.InTx(ctx, func(ctx context.Context) error {
		return h.Events.Record(ctx, event.Ref{RealmID: h.Realm.ID, Kind: "user", ID: about}, payloads...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ann() event.Actor {
	return event.Actor{Kind: event.User, ID: "ann", IP: "192.0.2.44", UserAgent: "Annbrowser", RequestID: "r-ann", ApplicationID: "shop"}
}

// fill writes n entries about ann, beside the one of the realm's birth, and returns the
// number of the last.
func (o *office) fill(t *testing.T, n int) int64 {
	t.Helper()
	for i := range n {
		o.record(t, ann(), "ann", said{kind: "test.said", Word: "secret words", Method: "pwd", Times: i})
		o.people.Clock.Add(time.Second)
	}
	o.settle(t)
	return o.verify(t).Last
}

func (o *office) verify(t *testing.T) *audit.Report {
	t.Helper()
	r, err := o.audit.Verify(t.Context(), o.people.Realm.ID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// checkpoint closes what is due.
func (o *office) checkpoint(t *testing.T) int {
	t.Helper()
	n, err := o.audit.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// raw runs SQL as whoever owns the database.
func (o *office) raw(t *testing.T, statements ...string) error {
	t.Helper()
	return o.people.DB.InTx(o.people.Context, func(ctx context.Context) error {
		for _, s := range statements {
			if err := o.people.DB.With(ctx).Exec(s).Error; err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
}

// disarm takes the rules out of the database.
func (o *office) disarm(t *testing.T) {
	t.Helper()
	for _, table := range []string{"entries", "segments", "heads"} {
		for _, what := range []string{"change", "remove"} {
			s := "DROP TRIGGER audit_" + table + "_" + what
			if postgres() {
				s += " ON audit_" + table
			}
			if err := o.raw(t, s); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func postgres() bool { return os.Getenv("TEST_DATABASE_URL") != "" }

type list struct {
	Items []audit.Line `json:"items"`
	Next  string       `json:"next_cursor"`
}

func (o *office) list(t *testing.T, query string) (l list) {
	t.Helper()
	o.auditor.Do(http.MethodGet, o.path+"/entries"+query, nil).Want(http.StatusOK).Into(&l)
	return l
}

func TestEveryEventIsOneEntry(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.record(t, ann(), "ann", said{"test.said", "secret words", "pwd", 3})
	failed := o.people.DB.InTx(o.people.Context, func(ctx context.Context) error {
		if err := o.people.Events.Record(ctx, o.people.Realm.Ref(), said{kind: "test.undone"}); err != nil {
			t.Error(err)
		}
		return fmt.Errorf("the change failed")
	})
	if failed == nil {
		t.Fatal("the change went through")
	}
	o.settle(t)
	got := o.list(t, "").Items
	if len(got) != 2 || got[0].Type != "test.said" || got[1].Type != "realm.created" || got[1].Sequence != 1 {
		t.Fatalf("entries %+v", got)
	}
	e := got[0]
	if e.Actor != (audit.Actor{Kind: "user", ID: "ann", ApplicationID: "shop"}) || e.ApplicationID != "shop" || e.Subject != (audit.Thing{Kind: "user", ID: "ann"}) ||
		e.RequestID != "r-ann" || e.IP != "192.0.2.44" || e.UserAgent != "Annbrowser" || e.Erased || fmt.Sprint(e.Data) != "map[method:pwd times:3 word:secret words]" {
		t.Errorf("entry %+v", e)
	}
	if r := o.verify(t); !r.Intact || r.Entries != 2 || r.Last != 2 {
		t.Errorf("report %+v", r)
	}
	var rows []string
	o.people.DB.With(t.Context()).Raw("SELECT payload || details || origin FROM audit_entries").Scan(&rows)
	for _, word := range []string{"secret words", "192.0.2.44", "Annbrowser"} {
		if strings.Contains(strings.Join(rows, "\n"), word) {
			t.Errorf("%q stands in the open", word)
		}
	}
}

func TestTheAuditIsFilteredAndReadingItIsAudited(t *testing.T) {
	t.Parallel()
	o := open(t)
	begin := o.people.Clock.Now()
	o.record(t, ann(), "bob", said{kind: "test.said"})
	o.people.Clock.Add(time.Hour)
	o.record(t, event.Actor{Kind: event.APIKey, ID: "k1", RequestID: "r-key"}, "ann", said{kind: "test.heard"})
	o.settle(t)
	hour := begin.Add(time.Hour).Format(time.RFC3339)
	for query, want := range map[string]string{
		"?type=test.said":             "test.said",
		"?actor_id=k1":                "test.heard",
		"?subject_id=bob":             "test.said",
		"?request_id=r-key":           "test.heard",
		"?from=" + hour:               "test.heard",
		"?to=" + hour:                 "test.said realm.created",
		"?actor_id=k1&subject_id=bob": "",
	} {
		var got []string
		for _, l := range o.list(t, query).Items {
			got = append(got, l.Type)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", query, got, want)
		}
	}
	first := o.list(t, "?limit=2")
	second := o.list(t, "?limit=2&cursor="+first.Next)
	if len(first.Items) != 2 || len(second.Items) != 1 || second.Next != "" || second.Items[0].Sequence != 1 {
		t.Errorf("pages %+v %+v", first, second)
	}
	id := second.Items[0].ID
	var one audit.Line
	o.As("audit.read").Do(http.MethodGet, o.path+"/entries/"+id, nil).Want(http.StatusOK).Into(&one)
	exported := o.As("audit.read").Do(http.MethodGet, o.path+"/export?type=realm.created", nil).Want(http.StatusOK)
	if lines := strings.Split(strings.TrimSpace(exported.Body), "\n"); len(lines) != 1 || !strings.Contains(lines[0], `"type":"realm.created"`) {
		t.Errorf("export %q", exported.Body)
	}
	o.As("statistics.read").Do(http.MethodGet, o.path+"/entries", nil).Want(http.StatusForbidden, "permission_denied")
	o.settle(t)
	reads, exports := o.list(t, "?type=audit.read").Items, o.list(t, "?type=audit.exported").Items
	if len(reads) != 10 || reads[0].Data["entry_id"] != id || reads[0].Actor.Kind != "api_key" || len(exports) != 1 ||
		fmt.Sprint(exports[0].Data) != "map[asked:map[type:realm.created] entries:1]" {
		t.Errorf("%d reads, the last %+v; exports %+v", len(reads), reads[0], exports)
	}
}
