package ratelimit

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"authserver/internal/fault"
)

// Bounds of what can be written.
const (
	mostCount  = 1_000_000
	mostLimits = 4
)

// ErrInvalid says that a text is not a list of limits.
var ErrInvalid = fault.New(fault.Invalid, "limit_invalid", "Write limits as 5/m or 100/day, up to four of different units, separated by commas.")

// Limit is so many in so long.
type Limit struct {
	Count int64 // 1 to 1,000,000
	Per   time.Duration
}

// unit is a length of time with the names that people give it, the first being ours.
type unit struct {
	length time.Duration
	names  []string
}

func units() []unit {
	return []unit{
		{time.Second, []string{"s", "sec", "second", "seconds"}},
		{time.Minute, []string{"m", "min", "minute", "minutes"}},
		{time.Hour, []string{"h", "hr", "hour", "hours"}},
		{24 * time.Hour, []string{"day", "d", "days"}},
	}
}

// Parse reads limits such as "5/m" or "5/m, 100/day". It returns ErrInvalid, also for two
// limits of one unit: the smaller would make the other a lie.
func Parse(text string) ([]Limit, error) {
	var all []Limit
	for part := range strings.SplitSeq(text, ",") {
		l, ok := parse(strings.TrimSpace(part))
		if !ok || slices.ContainsFunc(all, func(o Limit) bool { return o.Per == l.Per }) {
			return nil, ErrInvalid
		}
		all = append(all, l)
	}
	if len(all) > mostLimits {
		return nil, ErrInvalid
	}
	slices.SortFunc(all, func(a, b Limit) int { return int(a.Per - b.Per) })
	return all, nil
}

func parse(text string) (Limit, bool) {
	count, name, ok := strings.Cut(text, "/")
	count, name = strings.TrimSpace(count), strings.ToLower(strings.TrimSpace(name))
	n, err := strconv.ParseInt(count, 10, 64)
	if !ok || err != nil || count[0] < '0' || n < 1 || n > mostCount {
		return Limit{}, false
	}
	for _, u := range units() {
		if slices.Contains(u.names, name) {
			return Limit{n, u.length}, true
		}
	}
	return Limit{}, false
}

// Must is Parse for limits that the program itself names; it panics for others.
func Must(text string) []Limit {
	all, err := Parse(text)
	if err != nil {
		panic("ratelimit: " + text + ": " + err.Error())
	}
	return all
}

// String writes the limit as Parse reads it.
func (l Limit) String() string {
	for _, u := range units() {
		if u.length == l.Per {
			return strconv.FormatInt(l.Count, 10) + "/" + u.names[0]
		}
	}
	return strconv.FormatInt(l.Count, 10) + "/" + l.Per.String()
}

// Format writes limits as Parse reads them.
func Format(all []Limit) string {
	texts := make([]string, len(all))
	for i, l := range all {
		texts[i] = l.String()
	}
	return strings.Join(texts, ", ")
}

// interval is the time, in microseconds, that one admission takes to be forgotten.
func (l Limit) interval() int64 { return max(1, l.Per.Microseconds()/l.Count) }

// span is how far, in microseconds, admissions may run ahead of the clock.
func (l Limit) span() int64 { return l.interval() * l.Count }

// step is GCRA: whether one more is admitted at now when tat is the counter's theoretical
// arrival time, all in microseconds. If it is, wait is 0 and next is the counter's new
// value. A value further ahead than any admission can have put it comes from a clock that
// has been set back, and is forgotten: it would turn everybody away for as long.
func (l Limit) step(tat, now int64) (next, wait int64) {
	span := l.span()
	if tat < now || tat > now+span {
		tat = now
	}
	next = tat + l.interval()
	return next, max(0, next-now-span)
}
