package process

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"authserver/client"
	"authserver/e2e"
)

// everySecond is how many changes are asked for in a second.
const everySecond = 100

// changes is how many are asked for: enough for a dozen kills in the suite, 100,000 in `make stress`.
func changes(t *testing.T) int {
	t.Helper()
	set := os.Getenv("STRESS_CHANGES")
	if set == "" {
		return 800
	}
	n, err := strconv.Atoi(set)
	if err != nil {
		t.Fatalf("STRESS_CHANGES: %v", err)
	}
	return n
}

// Administrators change things through two nodes, which are killed in turn, which fail inside transactions and between them, and whose
// receivers of webhooks fail in every way. Each change that was committed is in the audit once and was delivered at least once, and
// nobody ever heard of one that was not.
func TestEveryChangeIsKnown(t *testing.T) {
	t.Parallel()
	hub := newReceivers(t)
	first := newKeep(t,
		"AUTHSERVER_OUTBOUND_NETWORKS=127.0.0.0/8", "AUTHSERVER_WEBHOOK_RETRIES=1s,1s,1s,1s,1s,1s,1s,1s,2s,2s,2s,2s",
		// In each life of a node, once each: a change is rolled back after its event was recorded, and workers fail half-way.
		"FAILPOINTS=event/recorded=error@30,event/handled=error@40,audit/appended=error@50,webhook/called=error@60,webhook/finished=error@70")
	nodes := []*keep{first, first.beside(t)}
	for _, n := range nodes {
		if err := n.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(n.kill)
	}
	admins := []*client.RealmClient{nodes[0].admin(t), nodes[1].admin(t)}
	hooks := hub.register(t, admins[0])

	w := &changer{admins: admins, want: changes(t), confirmed: map[string]bool{}, refused: map[string]bool{}}
	changing := make(chan struct{})
	go func() { defer close(changing); w.run(t.Context()) }()
	kills := 0
	for {
		if !reached(changing, &w.asked, w.asked.Load()+40+rand.Int64N(80)) {
			break
		}
		nodes[kills%2].kill()
		if err := nodes[kills%2].start(t.Context()); err != nil {
			t.Fatalf("after %d kills: %v", kills, err)
		}
		kills++
	}
	t.Logf("%d changes asked for at %.0f a second, %d confirmed, %d refused, %d without an answer, %d kills",
		w.asked.Load(), w.rate(), len(w.confirmed), len(w.refused), w.unknown.Load(), kills)
	if len(w.confirmed) < w.want/2 || len(w.refused) == 0 {
		t.Fatal("that is not what this test is about")
	}

	books := e2e.Books(t, first.Database)
	if err := admins[0].DeleteWebhook(t.Context(), hooks[2]); err != nil { // nothing ever reaches that one
		t.Fatal(err)
	}
	settle(t, books, admins[1], hooks[:2])
	w.compare(t, books)
	hub.compare(t, books)
	first.command(t, nil, "audit", "verify") // fails if any entry is not as it was written
}

// changer asks for changes, each through any node, and remembers what it was told. Every tenth asks for what there is already.
type changer struct {
	admins         []*client.RealmClient
	want           int
	asked, unknown atomic.Int64

	mu                 sync.Mutex
	confirmed, refused map[string]bool
	began, ended       time.Time
}

func (w *changer) run(ctx context.Context) {
	w.began = time.Now()
	var asking sync.WaitGroup
	tick := time.NewTicker(time.Second / everySecond)
	defer tick.Stop()
	at := make(chan int)
	for i := range 16 {
		asking.Go(func() {
			for n := range at {
				w.change(ctx, w.admins[i%len(w.admins)], n)
			}
		})
	}
	for n := range w.want {
		select {
		case <-tick.C:
			at <- n
		case <-ctx.Done():
		}
	}
	close(at)
	asking.Wait()
	w.ended = time.Now()
}

func (w *changer) rate() float64 { return float64(w.asked.Load()) / w.ended.Sub(w.began).Seconds() }

func (w *changer) change(ctx context.Context, realm *client.RealmClient, n int) {
	name := fmt.Sprintf("group %d", n)
	if n%10 == 9 {
		name = fmt.Sprintf("group %d", n-9) // ten changes ago: as good as certainly there
	}
	_, err := realm.CreateGroup(ctx, client.CreateGroupRequest{Name: name})
	w.asked.Add(1)
	var problem *client.Problem
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.confirmed[name] = true
	case errors.As(err, &problem) && n%10 != 9:
		w.refused[name] = true
	case !errors.As(err, &problem):
		w.unknown.Add(1)
	}
}

// settle waits until nothing is left to be told, and has parked deliveries made again.
func settle(t *testing.T, books *sql.DB, realm *client.RealmClient, hooks []string) {
	t.Helper()
	late := time.After(time.Minute + time.Duration(changes(t))*50*time.Millisecond)
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		var events, deliveries, parked int
		if err := books.QueryRowContext(t.Context(), `SELECT
			(SELECT count(*) FROM events WHERE dispatched_at = 0),
			(SELECT count(*) FROM webhook_deliveries WHERE status = 'pending'),
			(SELECT count(*) FROM webhook_deliveries WHERE status = 'parked')`).Scan(&events, &deliveries, &parked); err != nil {
			t.Fatal(err)
		}
		if events+deliveries+parked == 0 {
			return
		}
		if parked > 0 {
			for _, id := range hooks {
				if _, err := realm.ReplayWebhookDeliveries(t.Context(), id, client.ReplayWebhookDeliveriesRequest{
					Since: time.Now().Add(-6 * time.Hour), Status: "parked"}); err != nil {
					t.Fatalf("replay: %v", err)
				}
			}
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("there are still %d events, %d deliveries, and %d parked", events, deliveries, parked)
		}
	}
}

// compare holds the books to what was answered, and to each other.
func (w *changer) compare(t *testing.T, books *sql.DB) {
	t.Helper()
	there := map[string]bool{}
	for _, name := range column(t, books, `SELECT name FROM user_groups`) {
		there[name] = true
	}
	for name := range w.confirmed {
		if !there[name] {
			t.Errorf("%s was confirmed and is gone", name)
		}
	}
	for name := range w.refused {
		if there[name] && !w.confirmed[name] {
			t.Errorf("%s was refused and is there", name)
		}
	}
	for wrong, query := range map[string]string{
		"group without its one event": `SELECT g.name FROM user_groups g LEFT JOIN events e ON e.type = 'group.created' AND e.ref_id = g.id GROUP BY g.id, g.name HAVING count(e.id) <> 1`,
		"event of no group":           `SELECT e.id FROM events e WHERE e.type = 'group.created' AND NOT EXISTS (SELECT 1 FROM user_groups g WHERE g.id = e.ref_id)`,
		"event without its one entry": `SELECT e.id FROM events e LEFT JOIN audit_entries a ON a.id = e.id AND a.realm_id = e.realm_id GROUP BY e.id HAVING count(a.id) <> 1`,
		"entry of no event":           `SELECT a.id FROM audit_entries a LEFT JOIN events e ON e.id = a.id WHERE e.id IS NULL`,
	} {
		if found := column(t, books, query); len(found) > 0 {
			t.Errorf("%s: %d, such as %s", wrong, len(found), found[0])
		}
	}
}
