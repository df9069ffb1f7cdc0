package server

import (
	"cmp"
	"slices"

	"authserver/internal/event"
)

//go:generate go run ./generate .. events_gen.go

// Catalogue is every type of event that a room can record, by name. It is written from the
// rooms' payload types, so that none is missing; docs/events.md shows it to readers.
func Catalogue() []event.Kind {
	all := recorded()
	slices.SortFunc(all, func(a, b event.Kind) int { return cmp.Compare(a.Type(), b.Type()) })
	return all
}
