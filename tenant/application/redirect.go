package application

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// MatchRedirect reports whether a code may be sent to uri: it is letter for letter
// a registered one (RFC 9700 §2.1), or differs from one in nothing but the port of
// a loopback IP literal (RFC 8252 §7.3). The string is never parsed, decoded or
// normalised, because two parsers that read it differently were the hole of
// CVE-2026-7504 and CVE-2024-8883.
func (a *Application) MatchRedirect(uri string) bool { return matchURI(a.RedirectURIs, uri) }

// MatchPostLogout is MatchRedirect for the addresses that a person may be sent to
// after signing out (OpenID Connect RP-Initiated Logout §3).
func (a *Application) MatchPostLogout(uri string) bool {
	return matchURI(a.PostLogoutRedirectURIs, uri)
}

func matchURI(registered []string, uri string) bool {
	if slices.Contains(registered, uri) {
		return true
	}
	host, rest, ok := splitLoopback(uri)
	if !ok {
		return false
	}
	return slices.ContainsFunc(registered, func(r string) bool {
		h, q, ok := splitLoopback(r)
		return ok && h == host && q == rest
	})
}

// splitLoopback cuts the port out of an http address whose host is a loopback IP
// literal in its only canonical spelling. localhost is none: a name can lead
// elsewhere (RFC 8252 §8.3).
func splitLoopback(uri string) (host, rest string, ok bool) {
	for _, host := range []string{"http://127.0.0.1", "http://[::1]"} {
		rest, found := strings.CutPrefix(uri, host)
		if !found {
			continue
		}
		if after, found := strings.CutPrefix(rest, ":"); found {
			end := strings.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' })
			if end < 0 {
				end = len(after)
			}
			if !port(after[:end]) {
				return "", "", false
			}
			rest = after[end:]
		}
		if rest != "" && rest[0] != '/' && rest[0] != '?' {
			return "", "", false
		}
		return host, rest, true
	}
	return "", "", false
}

const uriMax = 2048

// redirectFlaw says why an application of the type may not register uri, or
// returns "". What it lets through means the same to every parser: ASCII letters
// of RFC 3986, a lower-case scheme and host, no user name, no fragment, nothing
// that a browser rewrites before it follows the address.
func redirectFlaw(t Type, uri string) string {
	switch {
	case uri == "":
		return "An address is missing."
	case len(uri) > uriMax:
		return "An address has at most 2048 characters."
	case strings.Contains(uri, "#"):
		return "An address must not have a fragment."
	}
	scheme, rest, found := strings.Cut(uri, ":")
	if !found {
		return "An absolute address is expected."
	}
	authority, tail, hasAuthority := splitAuthority(rest)
	if flaw := tailFlaw(tail); flaw != "" {
		return flaw
	}
	switch scheme {
	case "https":
		if !hasAuthority || !hostPort(authority) {
			return "An https address needs a host in lower case, without user name."
		}
	case "http":
		if !hasAuthority || !loopbackAuthority(authority) {
			return "Only 127.0.0.1, [::1] and localhost may be reached by http; use https."
		}
	default:
		// A scheme of one's own names a domain in reverse (RFC 8252 §7.1): the dot
		// keeps javascript, data, file and all registered schemes out.
		if t != Native || !privateScheme(scheme) {
			return "The scheme must be https, or for a native application one with a dot, such as com.example.app."
		}
		if hasAuthority && !hostName(authority) || !hasAuthority && !strings.HasPrefix(tail, "/") {
			return "Write the address as com.example.app:/path."
		}
	}
	return ""
}

// originFlaw says why origin cannot be one that a browser sends, or returns "".
func originFlaw(origin string) string {
	scheme, authority, _ := strings.Cut(origin, "://")
	switch {
	case len(origin) > uriMax,
		scheme == "https" && (!hostPort(authority) || strings.HasSuffix(authority, ":443")),
		scheme == "http" && (!loopbackAuthority(authority) || strings.HasSuffix(authority, ":80")),
		scheme != "https" && scheme != "http":
		return "An origin is written as https://app.example.com, in lower case, without path and without the usual port."
	}
	return ""
}

// originOf returns the origin that a browser gives a page at a checked address.
func originOf(uri string) string {
	scheme, rest, _ := strings.Cut(uri, ":")
	authority, _, ok := splitAuthority(rest)
	switch {
	case !ok:
		return ""
	case scheme == "https":
		return "https://" + strings.TrimSuffix(authority, ":443")
	case scheme == "http":
		return "http://" + strings.TrimSuffix(authority, ":80")
	}
	return ""
}

// splitAuthority cuts what stands between // and the path or query.
func splitAuthority(rest string) (authority, tail string, ok bool) {
	after, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return "", rest, false
	}
	if end := strings.IndexAny(after, "/?"); end >= 0 {
		return after[:end], after[end:], true
	}
	return after, "", true
}

// tailFlaw checks path and query.
func tailFlaw(tail string) string {
	for i := 0; i < len(tail); i++ {
		c := tail[i]
		switch {
		case c == '%':
			b, err := strconv.ParseUint(tail[i+1:min(i+3, len(tail))], 16, 8)
			if err != nil || len(tail) < i+3 {
				return "A percent sign must begin an escape."
			}
			if b < ' ' || b == 0x7F || b == '\\' {
				return "An address must not hide control characters or backslashes."
			}
		case (c|0x20 < 'a' || c|0x20 > 'z') && strings.IndexByte("-._~!$&'()*+,;=:@/?0123456789", c) < 0:
			return "An address has only the ASCII characters of RFC 3986."
		}
	}
	path, _, _ := strings.Cut(tail, "?")
	path = strings.ToLower(path)
	if strings.Contains(path, "%2f") {
		return "A path must not hide slashes."
	}
	for segment := range strings.SplitSeq(strings.ReplaceAll(path, "%2e", "."), "/") {
		// Some servers cut ;parameters off before they resolve dots.
		if name, _, _ := strings.Cut(segment, ";"); name == "." || name == ".." {
			return "A path must not have dot segments."
		}
	}
	return ""
}

// hostPort accepts a lower-case DNS name or canonical IP literal with an optional
// port.
func hostPort(authority string) bool {
	host := authority
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		if !port(authority[i+1:]) {
			return false
		}
		host = authority[:i]
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		ip, err := netip.ParseAddr(inner)
		return ok && err == nil && ip.Is6() && !ip.Is4In6() && ip.Zone() == "" && ip.String() == inner
	}
	return hostName(host)
}

func loopbackAuthority(authority string) bool {
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		if after, ok := strings.CutPrefix(authority, host); ok {
			p, ok := strings.CutPrefix(after, ":")
			return after == "" || ok && port(p)
		}
	}
	return false
}

// hostName accepts lower-case DNS names and dotted IPv4 addresses. A name whose
// last label looks like a number is refused unless it is such an address: browsers
// read 127.1 and 0x7f.1 as 127.0.0.1.
func hostName(host string) bool {
	if len(host) > 253 {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			!only(label, "-") {
			return false
		}
		last = label
	}
	if last[0] < '0' || last[0] > '9' {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Is4()
}

// privateScheme accepts reverse-domain schemes in lower case.
func privateScheme(scheme string) bool {
	if scheme == "" || scheme[0] < 'a' || scheme[0] > 'z' || !strings.Contains(scheme, ".") {
		return false
	}
	return !strings.HasSuffix(scheme, ".") && !strings.Contains(scheme, "..") &&
		only(scheme, "+-.")
}

// only reports whether s has lower-case letters, digits and characters of more.
func only(s, more string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789"+more) == ""
}

// port accepts 1 to 65535 without leading zeros.
func port(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0 && s[0] != '0'
}
