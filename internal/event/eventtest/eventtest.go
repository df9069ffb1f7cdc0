// Package eventtest reads the event log in tests.
package eventtest

import (
	"context"
	"testing"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
)

// Recorded returns what was recorded in a realm, oldest first. Events of
// RecordSoon are there after Flush of their Log.
func Recorded(t testing.TB, db *database.DB, realmID string) []event.Event {
	t.Helper()
	log := event.New(event.Deps{DB: db, Now: func() time.Time { return time.Time{} }}) // it only reads
	list, err := log.Recorded(context.Background(), realmID)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Types returns the types of what was recorded in a realm, oldest first.
func Types(t testing.TB, db *database.DB, realmID string) []string {
	t.Helper()
	types := []string{}
	for _, e := range Recorded(t, db, realmID) {
		types = append(types, e.Type)
	}
	return types
}
