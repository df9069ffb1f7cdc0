package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"authserver/internal/fault"

	"github.com/gin-gonic/gin"
)

// A realm's colours are a style sheet of their own, because the policy of our
// pages forbids inline style: what a realm configures can then never be more
// than colours, whatever happens to their checks.
const themePath = realmPrefix + "/theme/:file"

var errNoTheme = fault.New(fault.NotFound, "not_found", "This realm has no colours of its own.")

func (s *Server) mountTheme() {
	s.mux.Root.GET(themePath, func(c *gin.Context) error {
		css := s.deps.Brand(c.Request.Context()).Theme.Stylesheet()
		if css == "" {
			return errNoTheme
		}
		h := c.Writer.Header()
		// Only the address that is the digest of the content may be kept: a page
		// of a node that knows the colours a moment earlier must not fix the old
		// ones under the new address.
		h.Set("Cache-Control", "no-cache")
		if c.Param("file") == themeFile(css) {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		h.Set("Content-Type", "text/css; charset=utf-8")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		c.Status(http.StatusOK)
		_, err := c.Writer.WriteString(css)
		return err
	})
}

// stylesheet is the address of the realm's colours, "" when it has none.
func (s *Server) stylesheet(ctx context.Context) string {
	r := of(ctx)
	if r.realm == "" {
		return ""
	}
	css := s.deps.Brand(ctx).Theme.Stylesheet()
	if css == "" {
		return ""
	}
	return "/realms/" + r.realm + "/theme/" + themeFile(css)
}

func themeFile(css string) string {
	digest := sha256.Sum256([]byte(css))
	return hex.EncodeToString(digest[:6]) + ".css"
}
