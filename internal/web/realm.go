package web

import (
	"authserver/internal/fault"

	"github.com/gin-gonic/gin"
)

var (
	errRealm = fault.New(fault.NotFound, "realm_not_found", "There is nothing at this address.")
	// errRealmHeader: the path names the realm. A header that could name
	// another one was the hole of CVE-2026-105209, so it may only agree.
	errRealmHeader = fault.New(fault.Invalid, "realm_mismatch", "The X-Realm header differs from the realm in the path.")
)

// enterRealm puts the realm of the path into the request's context.
func (s *Server) enterRealm(c *gin.Context) error {
	slug := c.Param("realm")
	for _, named := range c.Request.Header["X-Realm"] {
		if named != slug {
			return errRealmHeader
		}
	}
	ctx, err := s.deps.Realms.Resolve(c.Request.Context(), slug)
	if err != nil {
		// The page for an unknown realm and for a blocked one are the same.
		if f, ok := fault.Of(err); ok && f.Kind == fault.NotFound {
			return errRealm
		}
		return err
	}
	of(ctx).realm = slug
	c.Request = c.Request.WithContext(ctx)
	return nil
}
