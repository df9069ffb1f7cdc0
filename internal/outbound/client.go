package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"authserver/internal/tracing"
)

// Why a call was not made, or not read to its end.
var (
	ErrRefused  = errors.New("outbound: that address is not one that the server calls")
	ErrTooLarge = errors.New("outbound: the answer is too large")
)

const (
	// dialTimeout is for one connection, timeout for a call with all of its body.
	dialTimeout = 2 * time.Second
	timeout     = 5 * time.Second
	headerMax   = 64 << 10
)

// Options are the settings of New. All may be left out.
type Options struct {
	// Networks may be called although they are not public, and without https.
	Networks []netip.Prefix
	// Limit is how many bytes of an answer are read, unpacked; 0 is 1 MiB.
	Limit int64
	// Timeout is how long a call may take; 0 is five seconds.
	Timeout time.Duration
	// Resolver finds the addresses of names; nil is the machine's.
	Resolver *net.Resolver
}

// New returns a client for addresses that others chose. An answer that is a
// redirect comes back as it is.
func New(o Options) *http.Client {
	if o.Limit == 0 {
		o.Limit = 1 << 20
	}
	if o.Timeout == 0 {
		o.Timeout = timeout
	}
	guard := guard{networks: o.Networks}
	dialer := &net.Dialer{Timeout: dialTimeout, ControlContext: guard.control, Resolver: o.Resolver}
	return &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: tracing.Transport{Base: &transport{limit: o.Limit, guard: guard, base: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: o.Timeout, IdleConnTimeout: time.Minute,
			MaxIdleConns: 64, MaxIdleConnsPerHost: 4, MaxConnsPerHost: 32, MaxResponseHeaderBytes: headerMax,
		}}},
	}
}

// guard judges every address in the moment in which it is connected to.
type guard struct{ networks []netip.Prefix }

// plain marks a call without TLS.
type plain struct{}

func (g guard) control(ctx context.Context, network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return ErrRefused
	}
	if g.opened(at.Addr()) || Public(at.Addr()) && ctx.Value(plain{}) == nil {
		return nil
	}
	return ErrRefused
}

// opened reports whether the operator has named the address.
func (g guard) opened(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range g.networks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// transport refuses what no address could make right, and bounds what is read.
type transport struct {
	base  http.RoundTripper
	guard guard
	limit int64
}

// RoundTrip makes one call.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.User != nil || r.URL.Hostname() == "" {
		return nil, ErrRefused
	}
	switch r.URL.Scheme {
	case "https":
	case "http":
		if len(t.guard.networks) == 0 {
			return nil, ErrRefused
		}
		r = r.WithContext(context.WithValue(r.Context(), plain{}, true))
	default:
		return nil, ErrRefused
	}
	res, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", r.URL.Host, err)
	}
	res.Body = &limited{ReadCloser: res.Body, left: t.limit}
	return res, nil
}

// CloseIdleConnections ends what http.Client.CloseIdleConnections asks for.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// limited ends with ErrTooLarge where io.LimitReader would pretend that the answer
// was complete.
type limited struct {
	io.ReadCloser
	left int64
}

// Read reads up to the limit.
func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
