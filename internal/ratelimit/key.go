package ratelimit

import (
	"net/netip"

	"authserver/internal/secret"
)

// Key names a counter without telling what it counts. Its first groupSize bytes are those
// of its group.
type Key [20]byte

const groupSize = 4

// group is what the counters of one call have in common: Redis Cluster keeps them on one
// node, where one script can see them all.
func (k Key) group() []byte { return k[:groupSize] }

// Cell is one counter under one limit.
type Cell struct {
	Key   Key
	Limit Limit
}

// Keys makes keys under a secret of the installation.
type Keys struct{ key []byte }

// NewKeys returns a maker of keys.
func NewKeys(key []byte) Keys { return Keys{key} }

// Cell is the counter of what parts name, under one of its limits. A limit that is changed
// begins to count anew: what was counted under another one says nothing about it. The
// counters of one group stand together.
func (k Keys) Cell(l Limit, group string, parts ...string) Cell {
	c := Cell{Limit: l}
	copy(c.Key[:groupSize], secret.MAC(k.key, "group", group))
	copy(c.Key[groupSize:], secret.MAC(k.key, append([]string{"cell", group, l.String()}, parts...)...))
	return c
}

// Network is the part of a client's address that is counted: an IPv4 address, or the /64
// of an IPv6 address, since a single subscriber has all of one. What is no address is one
// network, so that nobody passes uncounted.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ""
	}
	return p.String()
}
