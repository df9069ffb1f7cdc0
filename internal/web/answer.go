package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"authserver/templates"

	"github.com/gin-gonic/gin"
)

// JSON answers with v as application/json.
func JSON(c *gin.Context, code int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	h := c.Writer.Header()
	if h["Content-Type"] == nil {
		h["Content-Type"] = jsonType
	}
	c.Status(code)
	_, _ = c.Writer.Write(body)
	return nil
}

// Redirect sends the browser to the address with 303, so that what was posted is
// not posted again (RFC 9700 §4.12). The address must be checked already.
func Redirect(c *gin.Context, address string) error {
	if address == "" || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return fmt.Errorf("redirect to an address with blanks or control characters")
	}
	c.Writer.Header().Set("Location", address)
	c.Status(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
	return nil
}

// Page answers with a page in the language of the person and the look of the
// realm. It fills the second half of the page's Frame.
func Page(c *gin.Context, code int, p templates.Page) error {
	r := of(c.Request.Context())
	f := p.Base()
	f.Brand = r.server.deps.Brand(c.Request.Context())
	f.Language = Language(c)
	f.Path = c.Request.URL.Path
	f.LanguageLinks = languageLinks(c, f)
	rememberLanguage(c)
	h := c.Writer.Header()
	h["Content-Type"] = htmlType
	h.Set("Content-Language", f.Language)
	if len(r.targets) > 0 {
		h.Set("Content-Security-Policy", policyHead+" "+strings.Join(r.targets, " "))
	}
	c.Status(code)
	return templates.Render(c.Writer, p)
}

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
