package event_test

import (
	"context"
	"testing"

	"authserver/internal/database/dbtest"
	"authserver/internal/event"
)

func BenchmarkRecord(b *testing.B) {
	s := benchScene(b)
	b.ReportAllocs()
	for b.Loop() {
		err := s.db.InTx(s.ctx, func(ctx context.Context) error { return s.log.Record(ctx, ref(), happened{"x"}) })
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecordSoon includes the writing of what it queues.
func BenchmarkRecordSoon(b *testing.B) {
	s := benchScene(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		s.log.RecordSoon(s.ctx, ref(), happened{"x"})
		if n++; n%1024 == 0 {
			if err := s.log.Flush(s.ctx); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := s.log.Flush(s.ctx); err != nil || s.log.Dropped() > 0 {
		b.Error("some were dropped")
	}
}

func BenchmarkDispatch(b *testing.B) {
	s := benchScene(b)
	d := s.dispatcher(nil)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n == 0 {
			b.StopTimer()
			for range 1024 {
				s.log.RecordSoon(s.ctx, ref(), happened{"x"})
			}
			if err := s.log.Flush(s.ctx); err != nil {
				b.Fatal(err)
			}
			n = 1024
			b.StartTimer()
			for {
				if taken, err := d.Once(s.ctx); err != nil || taken == 0 {
					break
				}
			}
		}
		n--
	}
}

func benchScene(b *testing.B) scene {
	s := scene{db: dbtest.New(b), clock: newClock()}
	s.ctx = event.WithActor(b.Context(), ann())
	s.log = event.New(event.Deps{DB: s.db, Now: s.clock.now})
	return s
}
