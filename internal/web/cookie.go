package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// SetCookie gives the browser a cookie that scripts cannot read and that other
// sites cannot make it send with a POST. Over https its name gets the prefix
// __Host-, so that neither a subdomain nor plain http can plant one. A maxAge of
// 0 keeps it until the browser closes.
func SetCookie(c *gin.Context, name, value string, maxAge time.Duration) {
	setCookie(c, name, value, int(maxAge/time.Second))
}

// ClearCookie makes the browser forget the cookie.
func ClearCookie(c *gin.Context, name string) { setCookie(c, name, "", -1) }

func setCookie(c *gin.Context, name, value string, maxAge int) {
	r := of(c.Request.Context())
	http.SetCookie(c.Writer, &http.Cookie{
		Name: r.server.cookieName(name), Value: value, Path: "/", MaxAge: maxAge,
		Secure: r.server.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Cookie is the value of the cookie that SetCookie set, or "". The browser may
// send anything under that name.
func Cookie(c *gin.Context, name string) string {
	r := of(c.Request.Context())
	cookie, err := c.Request.Cookie(r.server.cookieName(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s *Server) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}
