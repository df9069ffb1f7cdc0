package audit_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"authserver/internal/database/dbtest"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/watch/audit"
)

// entries is how long the chain of BenchmarkVerify is. For docs/performance.md:
// go test ./watch/audit -run - -bench Verify -benchtime 1x -entries 1000000.
var entries = flag.Int("entries", 20_000, "entries in the chain that BenchmarkVerify reads")

// BenchmarkVerify reads a whole chain, as `authserver audit verify` does, and counts
// entries a second; it tells how long they took to append, too.
func BenchmarkVerify(b *testing.B) {
	db, now := dbtest.New(b), time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	ring, err := secret.ParseRing([]string{secret.NewKey()})
	if err != nil {
		b.Fatal(err)
	}
	clock := func() time.Time { return now }
	a := audit.New(audit.Deps{DB: db, Events: event.New(event.Deps{DB: db, Now: clock}), Ring: ring, Now: clock, Logger: slog.New(slog.DiscardHandler)})
	realmID, people := id.New(), make([]string, 1000)
	for i := range people {
		people[i] = id.New()
	}
	began := time.Now()
	for done := 0; done < *entries; {
		var list []event.Event
		for range min(256, *entries-done) {
			who := people[done%len(people)]
			now = now.Add(time.Millisecond)
			list = append(list, event.Event{
				ID: id.New(), RealmID: realmID, Type: "login.succeeded", Ref: event.Ref{RealmID: realmID, Kind: "user", ID: who}, At: now,
				Actor:   event.Actor{Kind: event.User, ID: who, IP: "192.0.2.44", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", RequestID: id.New()},
				Payload: []byte(fmt.Sprintf(`{"session_id":%q,"application_id":%q,"methods":["pwd"],"known_device":true}`, who, who)),
			})
			done++
		}
		if err := db.InTx(b.Context(), func(ctx context.Context) error { return a.HandleAll(ctx, list) }); err != nil {
			b.Fatal(err)
		}
	}
	appended := time.Since(began)
	if _, err := a.CheckpointNow(b.Context(), realmID); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := a.Verify(b.Context(), realmID)
		if err != nil || !r.Intact || r.Entries != int64(*entries) {
			b.Fatalf("%+v, %v", r, err)
		}
	}
	b.ReportMetric(float64(*entries)*float64(b.N)/b.Elapsed().Seconds(), "verified/s")
	b.ReportMetric(float64(*entries)/appended.Seconds(), "appended/s")
}
