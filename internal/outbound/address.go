package outbound

import (
	"net/netip"
)

// Public reports whether an address is one of the public internet: neither of this
// machine, nor of a private network, nor set aside for a special purpose (IANA's
// special-purpose address registries). An IPv4 address inside an IPv6 one is judged
// as what it leads to.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if a.Zone() != "" || !a.IsValid() {
		return false
	}
	if a.Is4() {
		return !within(a, special4())
	}
	if inner, ok := embedded(a); ok {
		return Public(inner)
	}
	return netip.MustParsePrefix("2000::/3").Contains(a) && !within(a, special6())
}

func special4() []string {
	return []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
		"192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	}
}

// special6 are the parts of 2000::/3 that are not the internet; all outside is none
// either (loopback, unique local, link local, multicast).
func special6() []string {
	return []string{"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"}
}

// embedded is the IPv4 address behind a NAT64 address (RFC 6052). Those of 6to4 and
// Teredo lead through relays that nobody runs any more, and are refused.
func embedded(a netip.Addr) (netip.Addr, bool) {
	if !netip.MustParsePrefix("64:ff9b::/96").Contains(a) {
		return netip.Addr{}, false
	}
	b := a.As16()
	return netip.AddrFrom4([4]byte(b[12:16])), true
}

func within(a netip.Addr, prefixes []string) bool {
	for _, p := range prefixes {
		if netip.MustParsePrefix(p).Contains(a) {
			return true
		}
	}
	return false
}
