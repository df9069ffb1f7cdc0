package database_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"

	"authserver/internal/database"
	"authserver/internal/database/dbtest"
)

func BenchmarkRead(b *testing.B) {
	db := dbtest.New(b)
	if err := db.InTx(b.Context(), func(ctx context.Context) error { return put(ctx, db, "a", "x") }); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var topic string
		if err := db.With(b.Context()).Raw("SELECT topic FROM changes WHERE id = ?", "a").Scan(&topic).Error; err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInTx(b *testing.B) {
	insert(b, (*database.DB).InTx)
}

func BenchmarkInTxParallel(b *testing.B) {
	insertParallel(b, (*database.DB).InTx)
}

func BenchmarkGroup(b *testing.B) {
	insert(b, (*database.DB).Group)
}

func BenchmarkGroupParallel(b *testing.B) {
	insertParallel(b, (*database.DB).Group)
}

type transact func(*database.DB, context.Context, func(context.Context) error) error

func insert(b *testing.B, in transact) {
	db := dbtest.New(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		err := in(db, b.Context(), func(ctx context.Context) error { return put(ctx, db, strconv.Itoa(n), "x") })
		if err != nil {
			b.Fatal(err)
		}
	}
}

func insertParallel(b *testing.B, in transact) {
	db := dbtest.New(b)
	b.ReportAllocs()
	var n atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			id := strconv.FormatInt(n.Add(1), 10)
			err := in(db, b.Context(), func(ctx context.Context) error { return put(ctx, db, id, "x") })
			if err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "tx/s")
}
