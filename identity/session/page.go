package session

import (
	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/tenant/realm"
)

// cookiePrefix is followed by the realm's slug: one host serves many realms, and a
// session of one must be worthless in the other even before the table says so.
const cookiePrefix = "session-"

// Of returns the live session of the request's realm and browser, or nil.
func (s *Service) Of(c *gin.Context) (*Session, error) {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	return s.Current(ctx, in, web.Cookie(c, cookiePrefix+in.Slug))
}

// Keep gives the browser the value that Begin or Renew returned. The cookie lasts
// until the browser closes; how long the session does is the table's to say.
func Keep(c *gin.Context, value string) {
	web.SetCookie(c, cookiePrefix+realm.From(c.Request.Context()).Slug, value, 0)
}

// Forget takes the cookie away.
func Forget(c *gin.Context) {
	web.ClearCookie(c, cookiePrefix+realm.From(c.Request.Context()).Slug)
}
