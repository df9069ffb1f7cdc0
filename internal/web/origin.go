package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the peers whose word about the client's address counts.
type proxies []netip.Prefix

// client is the address of the client. Without trusted proxies it is the peer's.
// With them, X-Forwarded-For is read from its end, over all lines of the header,
// until an address that no trusted proxy has: what stands before was written by
// the client itself. gin reads only the first line of the header, which is the
// client's own when a proxy appends a line.
func (p proxies) client(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	addr := peer.Addr().Unmap()
	if !p.trust(addr) {
		return addr.WithZone("").String()
	}
	lines := r.Header["X-Forwarded-For"]
	for i := len(lines) - 1; i >= 0; i-- {
		rest := lines[i]
		for rest != "" {
			hop := rest
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				hop, rest = rest[comma+1:], rest[:comma]
			} else {
				rest = ""
			}
			next, err := netip.ParseAddr(strings.TrimSpace(hop))
			if err != nil {
				return addr.String()
			}
			addr = next.Unmap().WithZone("")
			if !p.trust(addr) {
				return addr.String()
			}
		}
	}
	return addr.String()
}

func (p proxies) trust(addr netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}
