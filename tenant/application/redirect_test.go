package application

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func TestRedirectRegistration(t *testing.T) {
	t.Parallel()
	all := []Type{Web, SPA, Native}
	for uri, types := range map[string][]Type{
		"https://app.example.com/cb":               all,
		"https://app.example.com/cb?x=1":           all,
		"https://app.example.com":                  all,
		"https://app.example.com:8443/a/b;v=1/c":   all,
		"https://xn--bcher-kva.example/cb":         all,
		"https://192.0.2.1/cb":                     all,
		"https://[2001:db8::1]:8443/cb":            all,
		"https://localhost/cb":                     all,
		"https://app.example.com/a..b/.well/c%20d": all,
		"http://127.0.0.1/cb":                      all,
		"http://127.0.0.1:8080/cb":                 all,
		"http://[::1]/cb":                          all,
		"http://localhost:3000/cb":                 all,
		"com.example.app:/cb":                      {Native},
		"com.example.app://cb":                     {Native},
		"com.example.app:/oauth/cb?x=1":            {Native},
	} {
		for _, typ := range all {
			flaw := redirectFlaw(typ, uri)
			want := false
			for _, allowed := range types {
				want = want || allowed == typ
			}
			if got := flaw == ""; got != want {
				t.Errorf("%s may register %q: %v (%s), want %v", typ, uri, got, flaw, want)
			}
		}
	}
	for _, uri := range refusedRedirects() {
		for _, typ := range all {
			if redirectFlaw(typ, uri) == "" {
				t.Errorf("%s may register %q", typ, uri)
			}
		}
	}
}

// refusedRedirects is the corpus of addresses that nobody may register, each a
// disagreement between parsers or a way to another origin that some product fell
// for (CVE-2026-7504, CVE-2026-28512, CVE-2024-8883, CVE-2026-9086).
func refusedRedirects() []string {
	return []string{
		"", " ", "/cb", "cb", "//app.example.com/cb", "https", "https:", "https:/", "https://", "https:///cb", "https:app.example.com/cb", "https:/app.example.com/cb",
		"https://app.example.com/cb#", "https://app.example.com/cb#f", "https://app.example.com#@evil.example/",
		"https://user@app.example.com/cb", "https://user:pw@app.example.com/cb", "https://@app.example.com/cb", "https://a@b@app.example.com/cb",
		"https://app.example.com@evil.example/cb", "https://app.example.com%40evil.example/cb", "https://app.example.com\\@evil.example/cb",
		"https://app.example.com/..", "https://app.example.com/../cb", "https://app.example.com/a/../cb", "https://app.example.com/./cb", "https://app.example.com/a/.",
		"https://app.example.com/%2e%2e/cb", "https://app.example.com/%2E./cb", "https://app.example.com/.%2e/cb", "https://app.example.com/..;/cb", "https://app.example.com/..%2fcb", "https://app.example.com/a%2Fb",
		"https://app.example.com\\cb", "https://app.example.com/\\evil", "https://app.example.com/%5cevil", "https://app.example.com/cb?x=%5C",
		"https://app.example.com/cb\x00", "https://app.example.com/cb%00", "https://app.example.com/\tcb", "https://app.example.com/cb\n", "https://app.example.com/%0d%0aX: 1", "https://app.example.com/cb?x=%0a", "https://app.example.com/%7f",
		"\thttps://app.example.com/cb", " https://app.example.com/cb", "https://app.example.com/cb ", "ht\ntps://app.example.com/cb", "https://app.example .com/cb",
		"https://app.example.com/%", "https://app.example.com/%4", "https://app.example.com/%zz", "https://app.example.com/%+1", "https://app.example.com/\"", "https://app.example.com/<x>", "https://app.example.com/{x}", "https://app.example.com/|", "https://app.example.com/^", "https://app.example.com/`", "https://app.example.com/[x]",
		"HTTPS://app.example.com/cb", "Https://app.example.com/cb", "https://App.example.com/cb", "https://APP.EXAMPLE.COM/cb",
		"https://app.example.com./cb", "https://.app.example.com/cb", "https://app..example.com/cb", "https://-app.example.com/cb", "https://app-.example.com/cb", "https://app_x.example.com/cb", "https://*.example.com/cb", "https://*/cb", "https://app.example.com*/cb",
		"https://app.example.com:/cb", "https://app.example.com:0/cb", "https://app.example.com:065/cb", "https://app.example.com:65536/cb", "https://app.example.com:-1/cb", "https://app.example.com:+1/cb", "https://app.example.com:http/cb", "https://app.example.com:443:443/cb", "https://:443/cb",
		"https://bücher.example/cb", "https://аpp.example.com/cb", "https://ａpp.example.com/cb", "https://app。example.com/cb", "https://app.example.com/\u202ecb", "https://app.example.com/ü", "https://app%2eexample.com/cb", "https://app.example.com%2eevil.example",
		"https://[::1/cb", "https://::1/cb", "https://[::1]x/cb", "https://[::ffff:127.0.0.1]/cb", "https://[0:0:0:0:0:0:0:1]/cb", "https://[::1%25eth0]/cb", "https://[fe80::1%eth0]/cb", "https://[v1.a]/cb", "https://[]/cb", "https://[2001:DB8::1]/cb",
		"https://127.1/cb", "https://0x7f.1/cb", "https://0x7f000001/cb", "https://2130706433/cb", "https://0177.0.0.1/cb", "https://127.0.0.01/cb", "https://1.2.3.4.5/cb", "https://256.0.0.1/cb", "https://a.0x1/cb",
		"http://app.example.com/cb", "http://192.0.2.1/cb", "http://10.0.0.1/cb", "http://0.0.0.0/cb", "http://127.0.0.2/cb", "http://127.1/cb", "http://0x7f.1/cb", "http://2130706433/cb", "http://[::ffff:127.0.0.1]/cb", "http://[0::1]/cb", "http://[::]/cb", "http://localhost./cb", "http://LOCALHOST/cb", "http://localhost.evil.example/cb", "http://127.0.0.1.evil.example/cb", "http://127.0.0.1@evil.example/cb", "http://user@127.0.0.1/cb", "http://127.0.0.1:/cb", "http://127.0.0.1:0/cb", "http://127.0.0.1:99999/cb", "http://[::1]evil/cb", "http://localhostevil/cb", "HTTP://127.0.0.1/cb", "http:127.0.0.1/cb", "http:/127.0.0.1/cb",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "javascript://app.example.com/%0aalert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,x", "DATA:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://app.example.com/x", "filesystem:https://app.example.com/x", "about:blank", "view-source:https://app.example.com", "ftp://app.example.com/cb", "ws://app.example.com", "mailto:a@b.example", "tel:1", "intent://x", "urn:ietf:wg:oauth:2.0:oob", "myapp:/cb", "myapp://cb",
		"com.example.app:", "com.example.app:cb", "com.example.app:///cb", "com.example.app://user@cb", "com.example.app://CB", "com.example.app://cb:1/x", "com.example.app:/../cb", "com.example.app:/cb#f", "com.example.app:/\\", "Com.Example.App:/cb", "com..app:/cb", ".com:/cb", "com.:/cb", "1com.example:/cb", "com.exämple:/cb", "com.example app:/cb", "com_example.app:/cb", "com.example.app%3a/cb",
		"https://app.example.com/" + strings.Repeat("a", 2048), "https://" + strings.Repeat("a", 64) + ".example/cb", "https://" + strings.Repeat("a.", 127) + "example/cb",
	}
}

func TestRedirectMatching(t *testing.T) {
	t.Parallel()
	a := &Application{RedirectURIs: []string{
		"https://app.example.com/cb?x=1", "http://127.0.0.1/cb", "http://[::1]:4000/cb?y", "http://localhost:3000/cb", "https://127.0.0.1/cb", "com.example.app:/cb",
	}}
	for _, uri := range []string{
		"https://app.example.com/cb?x=1", "http://127.0.0.1/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", "http://[::1]/cb?y", "http://[::1]:80/cb?y",
		"http://localhost:3000/cb", "https://127.0.0.1/cb", "com.example.app:/cb",
	} {
		if !a.MatchRedirect(uri) {
			t.Errorf("%q does not match", uri)
		}
	}
	for _, uri := range append(refusedRedirects(),
		"https://app.example.com/cb", "https://app.example.com/cb?x=1&", "https://app.example.com/cb?x=2", "https://app.example.com/cb/?x=1", "https://app.example.com/CB?x=1", "https://app.example.com:443/cb?x=1", "https://app.example.com/cb?x=1#", "https://app.example.com/c%62?x=1", "https://app.example.com//cb?x=1", "http://app.example.com/cb?x=1", "https://appXexample.com/cb?x=1", "https://app.example.com.evil.example/cb?x=1", "https://evil.example/https://app.example.com/cb?x=1", "https://user@app.example.com/cb?x=1",
		"http://127.0.0.1/", "http://127.0.0.1", "http://127.0.0.1/cb/", "http://127.0.0.1/cb?", "http://127.0.0.1/cb?x=1", "http://127.0.0.1/c%62", "http://127.0.0.1/cb#", "http://127.0.0.1:8080/Cb", "http://127.0.0.1:8080/../cb", "https://127.0.0.1:8080/cb", "http://user:pw@127.0.0.1:5555/cb", "http://127.0.0.1:80@evil.example/cb", "http://127.0.0.1:080/cb", "http://127.0.0.1: 80/cb", "http://127.0.0.1:８０/cb", "http://127.0.0.1:80:80/cb", "http://127.0.0.1\\cb", "http://127.0.0.1;/cb",
		"http://[::1]/cb", "http://[::1]:4000/cb?Y", "http://127.0.0.1/cb?y", "http://[0:0:0:0:0:0:0:1]/cb?y",
		"http://localhost/cb", "http://localhost:3001/cb", "http://127.0.0.1:3000/cb2", "com.example.app:/cb2", "com.example.app://cb", "com.example.app:/cb?x",
	) {
		if a.MatchRedirect(uri) {
			t.Errorf("%q matches", uri)
		}
	}
	if (&Application{}).MatchRedirect("") {
		t.Error("nothing matches an application without addresses")
	}
}

func TestPostLogoutMatchesItsOwnList(t *testing.T) {
	t.Parallel()
	a := &Application{RedirectURIs: []string{"https://app.example.com/cb"}, PostLogoutRedirectURIs: []string{"https://app.example.com/bye"}}
	if !a.MatchPostLogout("https://app.example.com/bye") || a.MatchPostLogout("https://app.example.com/cb") || a.MatchRedirect("https://app.example.com/bye") {
		t.Error("the two lists are mixed up")
	}
}

// reference decides what MatchRedirect decides by another way: it parses both
// addresses with net/url and net/netip, and compares the parts.
func reference(registered, uri string) bool {
	if registered == uri {
		return true
	}
	r, ok := referenceLoopback(registered)
	if !ok {
		return false
	}
	u, ok := referenceLoopback(uri)
	return ok && u.Hostname() == r.Hostname() && u.EscapedPath() == r.EscapedPath() &&
		u.RawQuery == r.RawQuery && u.ForceQuery == r.ForceQuery
}

func referenceLoopback(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" || u.User != nil || u.Opaque != "" || strings.Contains(s, "#") {
		return nil, false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil || ip != netip.MustParseAddr("127.0.0.1") && ip != netip.IPv6Loopback() {
		return nil, false
	}
	host := ip.String()
	if ip.Is6() {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != p {
			return nil, false
		}
		host += ":" + p
	}
	again := url.URL{Scheme: "http", Host: host, Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery, ForceQuery: u.ForceQuery}
	return u, again.String() == s
}

func FuzzMatchRedirect(f *testing.F) {
	for _, registered := range []string{"https://app.example.com/cb?x=1", "http://127.0.0.1/cb", "http://127.0.0.1:80/cb?", "http://[::1]/cb?y", "http://127.0.0.1", "com.example.app:/cb"} {
		for _, uri := range []string{registered, "http://127.0.0.1:1/cb", "http://[::1]:1/cb?y", "http://127.0.0.1:1", "http://a@127.0.0.1:1/cb", "http://127.0.0.1:1@evil.example/cb", "http://127.0.0.1:01/cb", "http://127.0.0.1:1/c%62"} {
			f.Add(registered, uri)
		}
	}
	f.Fuzz(func(t *testing.T, registered, uri string) {
		if redirectFlaw(Native, registered) != "" {
			return // nobody can have registered it
		}
		a := &Application{RedirectURIs: []string{registered}}
		if got, want := a.MatchRedirect(uri), reference(registered, uri); got != want {
			t.Errorf("registered %q, asked %q: %v, the reference says %v", registered, uri, got, want)
		}
	})
}

func FuzzRedirectRegistration(f *testing.F) {
	for _, uri := range refusedRedirects() {
		f.Add(uri)
	}
	for _, uri := range []string{"https://app.example.com:8443/cb?x=1", "http://[::1]:1/cb", "com.example.app:/cb", "com.example.app://cb/x"} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		if redirectFlaw(Native, uri) != "" {
			return
		}
		u, err := url.Parse(uri)
		if err != nil {
			t.Fatalf("%q was registered and does not parse: %v", uri, err)
		}
		path, err := url.PathUnescape(u.EscapedPath())
		switch {
		case err != nil, u.String() != uri, u.User != nil, u.Opaque != "", strings.ContainsAny(uri, "#\\@ ") && !strings.Contains(path+u.RawQuery, "@"):
			t.Errorf("%q was registered and reads back as %q", uri, u)
		case strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7F }):
			t.Errorf("%q was registered with characters that are not visible ASCII", uri)
		case strings.Contains(path, "/../") || strings.HasSuffix(path, "/..") || strings.ContainsAny(path, "\\\x00\r\n\t"):
			t.Errorf("%q was registered with path %q", uri, path)
		case u.Scheme == "http" && u.Hostname() != "localhost" && !netip.MustParseAddr(u.Hostname()).IsLoopback():
			t.Errorf("%q was registered", uri)
		case u.Scheme == "https" && u.Hostname() == "", u.Scheme != "https" && u.Scheme != "http" && !strings.Contains(u.Scheme, "."):
			t.Errorf("%q was registered", uri)
		}
	})
}
