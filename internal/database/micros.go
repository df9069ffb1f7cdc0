package database

import "time"

// Micros is a time as rows hold it: unix microseconds, 0 for never or not yet.
// The two databases agree on integers and on nothing else about time.
type Micros int64

// At returns t for a row; the zero time becomes 0.
func At(t time.Time) Micros {
	if t.IsZero() {
		return 0
	}
	return Micros(t.UnixMicro())
}

// Time returns m in UTC; 0 becomes the zero time.
func (m Micros) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(m)).UTC()
}
