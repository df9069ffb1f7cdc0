package login

import (
	"math"
	"time"

	"authserver/tenant/realm"
)

// Kinds of counters.
const (
	kindAccount    = "account"
	kindIdentifier = "identifier"
	kindDevice     = "device"
)

// counterKey names one counter of a realm. The digest keeps addresses out of the table.
type counterKey struct {
	kind   string
	digest []byte
}

// forever is the lock that only Unlock ends, and a time that every column can hold.
const forever = time.Duration(math.MaxInt64)

// wait is how long the counter is closed after its n-th failure.
func wait(p realm.Lockout, kind string, n int64) time.Duration {
	threshold := int64(p.Threshold)
	switch {
	case n < threshold:
		return 0
	case kind == kindDevice || n >= int64(p.Hard):
		return forever
	}
	d := p.Base
	for i := threshold; i < n && d < p.Max; i++ {
		// Growth is at most 10 and Max a day, so this cannot overflow.
		d *= time.Duration(p.Growth)
		if p.Growth <= 1 {
			break
		}
	}
	return min(d, p.Max)
}

// tells reports whether the n-th failure is worth a letter: the one that begins a
// lock, not each that makes it longer, and the one that makes it last.
func tells(p realm.Lockout, n int64) bool { return n == int64(p.Threshold) || n == int64(p.Hard) }

// until is when a wait that begins now is over.
func until(now time.Time, d time.Duration) time.Time {
	if d == forever {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return now.Add(d)
}
