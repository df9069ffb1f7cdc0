// Package limit is how often things may be asked for: named limits with defaults, which a
// realm may set otherwise, and the counting of requests under them.
//
// A limit counts by where a request comes from, by whom or what it is about, or by both
// together: see [Catalogue]. Routes say which limits they stand under where they are
// mounted (web.Group.Throttle), so a limit holds before a handler runs: before a password
// is compared, before it is known whether there is such an account or client. What is
// counted is what was claimed. Right and wrong credentials, known and unknown addresses
// are therefore turned away alike, and an answer holds Retry-After and nothing else about
// it: neither the limit, nor what is left of it, nor its name.
//
// A limit by account or client counts together with the address, so that a stranger cannot
// use up somebody's attempts from elsewhere. The limits that no address gets around, per
// account and per destination, are rows: wrong passwords and codes (identity/login), and
// messages to one address (identity/challenge). They hold without this room.
//
// Counting is internal/ratelimit: in memory, and with Redis over all nodes. No failure of
// Redis or of the database turns anybody away or lets everybody in: without the realm's own
// limits the house's hold.
//
// That a limit is reached is recorded as an event, once a minute for each limit of a realm
// and node: who attacks must not be able to write to the database as fast as they knock.
//
// Table: rate_limits. Events: limit.updated, limit.reset, limit.reached.
package limit
