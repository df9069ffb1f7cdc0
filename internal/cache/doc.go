// Package cache keeps values of the hot path in memory: bounded, filled once
// under load, dropped at once on change.
//
// It is the near end of what realms, applications and keys read on every
// request. A hit takes a read lock of one shard, allocates nothing and moves
// nothing; eviction is second chance (CLOCK), so its cost is constant per
// insertion. Freshness comes from Drop, called through database.OnChange; the
// lifetime of an entry is the net below a missed message.
//
// A load must read committed state: whoever is inside a transaction reads the
// database and not the cache, or the rows of a transaction that later rolls
// back are served to everybody.
package cache
