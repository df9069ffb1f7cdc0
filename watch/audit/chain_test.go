package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/watch/audit"
)

func TestTwoDispatchersMakeOneChain(t *testing.T) {
	t.Parallel()
	o := open(t)
	const events = 300
	for i := range events {
		o.record(t, ann(), fmt.Sprintf("person-%d", i%7), said{kind: "test.said", Word: "w", Times: i})
	}
	errs := make(chan error, 3)
	for range 3 {
		d := o.dispatcherOf(o.auditWith(o.ring))
		go func() {
			for {
				n, err := d.Once(context.Background())
				if err != nil || n == 0 {
					errs <- err
					return
				}
			}
		}()
	}
	for range 3 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	o.people.Clock.Add(time.Hour) // what somebody had a lease on
	o.settle(t)
	if r := o.verify(t); !r.Intact || r.Entries != events+1 || r.Last != events+1 {
		t.Errorf("report %+v", r)
	}
}

func TestWhoIsErasedIsForgottenAndTheChainHolds(t *testing.T) {
	t.Parallel()
	o := open(t)
	bob := event.Actor{Kind: event.User, ID: "bob", IP: "192.0.2.66", UserAgent: "Bobbrowser"}
	o.record(t, ann(), "ann", said{kind: "test.said", Word: "of ann", Times: 1})
	o.record(t, bob, "ann", said{kind: "test.said", Word: "of ann by bob", Times: 2})
	o.settle(t)
	o.record(t, ann(), "ann", said{kind: "test.late", Word: "on its way", Times: 3})
	h := o.people
	erase := func() {
		if err := h.DB.InTx(h.Context, func(ctx context.Context) error { return o.audit.Erase(ctx, h.Realm.ID, "ann") }); err != nil {
			t.Fatal(err)
		}
	}
	erase()
	o.settle(t)
	o.record(t, ann(), "ann", said{kind: "test.late", Word: "afterwards", Times: 4})
	o.settle(t)
	erase() // once more changes nothing
	got := o.auditor.Do(http.MethodGet, o.path+"/entries?subject_id=ann", nil).Want(http.StatusOK)
	for _, word := range []string{"of ann", "on its way", "afterwards", "192.0.2.44", "Annbrowser"} {
		if strings.Contains(got.Body, word) {
			t.Errorf("%q is still there", word)
		}
	}
	var l list
	got.Into(&l)
	if len(l.Items) != 4 || !l.Items[0].Erased || !l.Items[3].Erased || l.Items[2].IP != "192.0.2.66" || fmt.Sprint(l.Items[3].Data) != "map[times:1]" {
		t.Errorf("entries %s", got.Body)
	}
	if r := o.verify(t); !r.Intact || r.Entries != 5 {
		t.Errorf("report %+v", r)
	}
}

func TestRetentionGivesUpWholeSegments(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.fill(t, 20)
	o.checkpoint(t)
	o.people.Clock.Add(29 * day)
	if n, err := o.audit.Sweep(t.Context()); err != nil || n != 0 {
		t.Fatalf("%d entries removed early, %v", n, err)
	}
	o.people.Clock.Add(2 * day)
	o.checkpoint(t) // closes the last five
	if n, err := o.audit.Sweep(t.Context()); err != nil || n != 16 {
		t.Fatalf("%d entries removed, %v", n, err)
	}
	o.settle(t)
	if r := o.verify(t); !r.Intact || r.First != 17 || r.Last != 23 || r.Entries != 7 || r.Checkpoints != 3 {
		t.Errorf("report %+v", r)
	}
	removed := o.list(t, "?type=audit.segment_removed").Items
	if len(removed) != 2 || fmt.Sprint(removed[0].Data) != "map[first:9 last:16 number:2]" || removed[0].Actor.Kind != "system" {
		t.Errorf("told %+v", removed)
	}
	// What is left is still held to the hash before it.
	o.disarm(t)
	if err := o.raw(t, "DELETE FROM audit_entries WHERE seq = 17"); err != nil {
		t.Fatal(err)
	}
	if r := o.verify(t); r.Intact || r.Problems[0].Sequence != 17 {
		t.Errorf("report %+v", r)
	}
}

func TestAProofIsVerifiedWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.fill(t, 12)
	o.people.Clock.Add(time.Hour)
	id := o.list(t, "?type=test.said&limit=1").Items[0].ID
	o.auditor.Do(http.MethodGet, o.path+"/entries/"+id+"/proof", nil).Want(http.StatusConflict, "audit_proof_pending")
	if n := o.checkpoint(t); n != 2 {
		t.Fatalf("%d segments closed", n)
	}
	keys := o.audit.PublicKeys()
	for _, l := range o.list(t, "?type=test.said").Items {
		body := o.auditor.Do(http.MethodGet, o.path+"/entries/"+l.ID+"/proof", nil).Want(http.StatusOK).Body
		p, err := audit.ReadProof(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := p.Verify(keys); err != nil || c.RealmID != o.people.Realm.ID {
			t.Fatalf("entry %d: %v", l.Sequence, err)
		}
		if strings.Contains(body, "secret words") {
			t.Error("the proof tells what is personal")
		}
		for name, spoil := range map[string]func(*audit.Proof){
			"type":       func(p *audit.Proof) { p.Entry.Type = "test.seid" },
			"time":       func(p *audit.Proof) { p.Entry.At = p.Entry.At.Add(time.Microsecond) },
			"actor":      func(p *audit.Proof) { p.Entry.ActorID += "x" },
			"payload":    func(p *audit.Proof) { p.Entry.Payload = "{}" },
			"number":     func(p *audit.Proof) { p.Entry.Sequence++ },
			"moved text": func(p *audit.Proof) { p.Entry.RefKind, p.Entry.RefID = p.Entry.RefKind+p.Entry.RefID, "" },
			"previous":   func(p *audit.Proof) { p.Entry.Previous = strings.Repeat("A", 43) },
			"version":    func(p *audit.Proof) { p.Entry.Version = 2 },
			"path":       func(p *audit.Proof) { p.Path = p.Path[1:] },
			"longer":     func(p *audit.Proof) { p.Path = append(p.Path, p.Path[0]) },
			"checkpoint": func(p *audit.Proof) { p.Checkpoint = spoilt(p.Checkpoint) },
			"format":     func(p *audit.Proof) { p.Format = "" },
		} {
			var bad audit.Proof
			if err := json.Unmarshal([]byte(body), &bad); err != nil {
				t.Fatal(err)
			}
			spoil(&bad)
			if _, err := bad.Verify(keys); err == nil {
				t.Errorf("entry %d verifies with another %s", l.Sequence, name)
			}
		}
		ring, err := secret.ParseRing([]string{secret.NewKey()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Verify(o.auditWith(ring).PublicKeys()); err == nil {
			t.Error("it verifies with another house's key")
		}
	}
	o.auditor.Do(http.MethodGet, o.path+"/entries/01a226a9-b27d-79d6-8965-9586f6de1d23/proof", nil).Want(http.StatusNotFound, "audit_entry_not_found")
}

// spoilt is a JWS with another payload under the same signature.
func spoilt(jws string) string {
	parts := strings.Split(jws, ".")
	c := []byte(parts[1])
	c[20] ^= 1
	return parts[0] + "." + string(c) + "." + parts[2]
}

func TestCheckpointsAndKeysAreRead(t *testing.T) {
	t.Parallel()
	o := open(t)
	var empty, full audit.Report
	o.auditor.Do(http.MethodGet, o.path+"/verification", nil).Want(http.StatusOK).Into(&empty)
	o.fill(t, 20)
	o.checkpoint(t)
	o.auditor.Do(http.MethodGet, o.path+"/verification", nil).Want(http.StatusOK).Into(&full)
	if !empty.Intact || empty.Entries != 0 || !full.Intact || full.Entries != 21 || full.Checkpoints != 2 {
		t.Errorf("reports %+v %+v", empty, full)
	}
	var page struct {
		Items []struct {
			Number                            int64
			First, Last                       int64
			Root, KeyID, Checkpoint, ClosedAt string
		} `json:"items"`
		Next string `json:"next_cursor"`
	}
	got := o.auditor.Do(http.MethodGet, o.path+"/checkpoints?limit=1", nil).Want(http.StatusOK)
	if err := json.Unmarshal([]byte(got.Body), &page); err != nil || len(page.Items) != 1 || page.Items[0].Number != 2 || page.Items[0].Last != 16 || page.Next == "" {
		t.Fatalf("checkpoints %s", got.Body)
	}
	if c, err := audit.ReadCheckpoint(page.Items[0].Checkpoint, o.audit.PublicKeys()); err != nil || c.Root != page.Items[0].Root || c.First != 9 {
		t.Errorf("claims %+v, %v", c, err)
	}
	keys := o.auditor.Do(http.MethodGet, o.path+"/keys", nil).Want(http.StatusOK).Body
	want, err := json.Marshal(o.audit.PublicKeys())
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal([]byte(keys), &a) != nil || json.Unmarshal(want, &b) != nil || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("keys %s\nwant %s", keys, want)
	}
}

// A key leaves the ring: what it sealed is sealed anew before, and what it signed is
// vouched for by the head.
func TestTheAuditOutlivesAKeyOfTheRing(t *testing.T) {
	t.Parallel()
	o := open(t)
	first, second := secret.NewKey(), secret.NewKey()
	rings := map[string]*secret.Ring{}
	for name, keys := range map[string][]string{"old": {first}, "both": {second, first}, "new": {second}} {
		ring, err := secret.ParseRing(keys)
		if err != nil {
			t.Fatal(err)
		}
		rings[name] = ring
	}
	use := func(ring string) {
		o.audit = o.auditWith(rings[ring])
		o.dispatcher = o.dispatcherOf(o.audit)
	}
	use("old")
	o.fill(t, 9)
	o.checkpoint(t)
	use("new")
	if r := o.verify(t); r.Intact {
		t.Error("a head that the ring cannot know is taken for intact")
	}
	use("both")
	if n, err := o.audit.Reseal(t.Context()); err != nil || n != 3 { // the head, ann's key, the operators' key
		t.Errorf("%d sealed anew, %v", n, err)
	}
	if n, err := o.audit.Reseal(t.Context()); err != nil || n != 0 {
		t.Errorf("%d sealed anew a second time, %v", n, err)
	}
	use("new")
	if r := o.verify(t); !r.Intact || r.Checkpoints != 1 {
		t.Errorf("report %+v", r)
	}
	o.fill(t, 9)
	o.checkpoint(t)
	if r := o.verify(t); !r.Intact || r.Checkpoints != 2 {
		t.Errorf("report %+v", r)
	}
}

func TestACopyOfOnesDataHoldsTheAudit(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.record(t, ann(), "ann", said{kind: "test.said", Word: "by ann", Times: 1})
	o.record(t, ann(), "bob", said{kind: "test.said", Word: "about bob", Times: 2})
	o.record(t, event.Actor{Kind: event.APIKey, ID: "k1", IP: "192.0.2.9"}, "ann", said{kind: "test.said", Word: "by a key", Times: 3})
	o.record(t, event.Actor{Kind: event.User, ID: "bob", IP: "192.0.2.8"}, "bob", said{kind: "test.said", Word: "by bob", Times: 4})
	o.settle(t)
	section, value, err := o.audit.Export(t.Context(), o.people.Realm.ID, "ann")
	if err != nil || section != "audit" {
		t.Fatal(section, err)
	}
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(raw, &got); err != nil || len(got) != 3 {
		t.Fatalf("copy %s", raw)
	}
	for _, word := range []string{"about bob", "by bob", `"bob"`, "k1", "192.0.2.9", "192.0.2.8"} {
		if strings.Contains(string(raw), word) {
			t.Errorf("the copy tells of others: %s", word)
		}
	}
	for _, word := range []string{"by ann", "192.0.2.44", "by a key", `"administrator"`, `"you"`} {
		if !strings.Contains(string(raw), word) {
			t.Errorf("the copy lacks %s: %s", word, raw)
		}
	}
}
