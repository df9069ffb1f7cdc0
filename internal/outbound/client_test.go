package outbound_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/internal/outbound"
)

func TestOnlyPublicAddressesArePublic(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "2606:4700::1111": true, "2a00:1450:4001::1": true, "64:ff9b::808:808": true,
		"127.0.0.1": false, "127.1.2.3": false, "0.0.0.0": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "192.0.2.1": false, "198.18.0.1": false,
		"224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false,
		"::": false, "::1": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "2001:db8::1": false,
		"2002:7f00:1::": false, "2001::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true,
		"64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::808:808": false, "::8.8.8.8": false, "fec0::1": false,
		"fe80::1%eth0": false,
	} {
		if got := outbound.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("Public(%s) = %v, want %v", address, got, want)
		}
	}
	if outbound.Public(netip.Addr{}) {
		t.Error("no address at all is public")
	}
}

func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func get(t *testing.T, c *http.Client, address string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	res, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return res.Status + " " + string(body), err
}

func TestPrivateAddressesAreRefusedWhateverTheyAreCalled(t *testing.T) {
	t.Parallel()
	called := false
	upstream := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(upstream.Close)
	u, err := url.Parse(upstream.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.New(outbound.Options{})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "127.1", "0x7f.1", "2130706433", "169.254.169.254"} {
		if got, err := get(t, client, "https://"+host+":"+u.Port()+"/"); err == nil {
			t.Errorf("%s answered %q", host, got)
		}
	}
	_, err = get(t, client, upstream.URL)
	if !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("%s: %v, want ErrRefused", upstream.URL, err)
	}
	if called {
		t.Error("a private address was called")
	}
}

func TestSchemesAndUsersAreRefused(t *testing.T) {
	t.Parallel()
	for _, networks := range [][]netip.Prefix{nil, loopback()} {
		client := outbound.New(outbound.Options{Networks: networks})
		for _, address := range []string{"file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "https://user@127.0.0.1/", "https:///x"} {
			if got, err := get(t, client, address); err == nil {
				t.Errorf("%s answered %q", address, got)
			}
		}
	}
	if _, err := get(t, outbound.New(outbound.Options{}), "http://example.com/"); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("plain http: %v, want ErrRefused", err)
	}
	// With a network opened, plain http goes there and nowhere else.
	client := outbound.New(outbound.Options{Networks: loopback()})
	if _, err := get(t, client, "http://8.8.8.8/"); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("plain http to a public address: %v, want ErrRefused", err)
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "secret") }))
	t.Cleanup(elsewhere.Close)
	release := make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/small":
			_, _ = io.WriteString(w, strings.Repeat("x", 1000))
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 1001))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, strings.Repeat("x", 1<<20))
			_ = z.Close()
		case "/redirect":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/slow":
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
	}))
	t.Cleanup(upstream.Close)
	t.Cleanup(func() { close(release) })
	client := outbound.New(outbound.Options{Networks: loopback(), Limit: 1000})
	if got, err := get(t, client, upstream.URL+"/small"); err != nil || !strings.HasPrefix(got, "200 OK xxx") {
		t.Errorf("small: %q, %v", got, err)
	}
	for _, path := range []string{"/large", "/bomb"} {
		if _, err := get(t, client, upstream.URL+path); !errors.Is(err, outbound.ErrTooLarge) {
			t.Errorf("%s: %v, want ErrTooLarge", path, err)
		}
	}
	if got, err := get(t, client, upstream.URL+"/redirect"); err != nil || !strings.HasPrefix(got, "302 ") || strings.Contains(got, "secret") {
		t.Errorf("redirect: %q, %v; want the redirect itself", got, err)
	}
	hasty := outbound.New(outbound.Options{Networks: loopback(), Timeout: 50 * time.Millisecond})
	if _, err := get(t, hasty, upstream.URL+"/slow"); err == nil {
		t.Error("a slow answer was waited for")
	}
}
