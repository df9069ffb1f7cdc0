package metrics

import (
	"strings"
	"sync"
	"sync/atomic"
)

// Each value of a label costs a series in this process and in Prometheus, for ever.
// The lists that they come from are finite and are ours; the bounds below are the net
// for the day on which one is not.
const (
	maxRoutes = 600
	maxValues = 200 // of all other labels together, but for the realm's
	maxTypes  = 300 // of events
	maxLength = 100
	other     = "other"
)

// bounded lets a number of values through, whichever come first, and calls the rest
// "other".
type bounded struct {
	most  int64
	known sync.Map // of string
	n     atomic.Int64
}

func newBounded(most int64) *bounded { return &bounded{most: most} }

// label returns v, or "other" when v is one too many or does not look like a name
// that a programmer chose.
func (b *bounded) label(v string) string {
	if _, ok := b.known.Load(v); ok {
		return v
	}
	if !plain(v) {
		return other
	}
	if b.n.Add(1) > b.most {
		b.n.Add(-1)
		return other
	}
	if _, there := b.known.LoadOrStore(v, struct{}{}); there {
		b.n.Add(-1) // somebody was quicker
	}
	return v
}

// plain tells names from what people write: no addresses, no blanks, nothing long.
func plain(v string) bool {
	if v == "" || len(v) > maxLength {
		return false
	}
	return !strings.ContainsFunc(v, func(r rune) bool {
		letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !letter && !strings.ContainsRune("_-./:*{}", r)
	})
}
