package web

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// A page may load nothing but our own files, and pictures by https; its scripts may
// ask nobody but us. form-action stands last, so that AllowFormAction can add to it.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https: data:; " +
	"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// AllowFormAction lets the forms of the answered page lead to the origin of the
// address, a redirect URI of the application in question. Browsers apply
// form-action to the redirects that follow a form as well, so every page of a
// sign-in must name where the flow will end. An address without a usable origin
// adds nothing.
func AllowFormAction(c *gin.Context, address string) {
	if source := formSource(address); source != "" {
		r := of(c.Request.Context())
		r.targets = append(r.targets, source)
	}
}

// formSource is the CSP source of an address: its origin, or the scheme alone
// where there is no host (private-use schemes, RFC 8252 §7.1). Whatever could
// end the directive or the header is refused.
func formSource(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || !plain(u.Scheme) || !plain(u.Host) {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
		return u.Scheme + "://" + u.Host
	case "javascript", "data", "blob", "filesystem", "vbscript", "file":
		return ""
	}
	return u.Scheme + ":"
}

func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(".-+:[]_", rune(c)) {
			return false
		}
	}
	return true
}
