// Package metrics counts what happens and shows it to Prometheus at /metrics.
//
// It owns one registry per server (nothing global, so that two servers in one
// process do not add up), the names and labels of all series, and the door in
// front of them: a bearer token, or a listener of its own. It has no tables.
//
// It only hears. Sign-ins and tokens come from the event log, as an observer
// after the commit: a process that dies between commit and count forgets that
// count, and nothing else. Requests come from internal/web, and what a part knows
// of itself (statements, hashing queue, event lag) is read when Prometheus asks.
//
// Labels are bounded: a route is the pattern and not the path, a method is one of
// the registered ones, a realm beyond the first hundred is "other". No label ever
// holds a person, an address or a client.
package metrics
