package account

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/web"
	"authserver/templates"
)

// Paths below /account.
const (
	enter     = "/enter"
	signOut   = "/signout"
	signedOut = "/signed-out"
	sessions  = "/sessions"
	endOthers = "/sessions/end"
	endOne    = "/sessions/:id/end"
)

// Mount adds the room's pages and requests. Those for people who are not, or no
// longer, signed in stand on the surface for pages.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET(flowPath+enter, s.dispatch)
	m.Pages.POST(flowPath+signOut, s.signOut)
	m.Pages.GET(flowPath+signedOut, s.signedOut)

	m.Account.GET("", s.overview)
	m.Account.GET("/security", s.security)
	m.Account.GET(sessions, s.listSessions)
	m.Account.GET(endOthers, s.askEndOthers)
	m.Account.POST(endOthers, s.endOthers)
	m.Account.GET(endOne, s.askEndOne)
	m.Account.POST(endOne, s.endOne)

	m.Me.GET("/sessions", s.meSessions)
	m.Me.DELETE("/sessions", s.meEndOthers)
	m.Me.GET("/sessions/current", s.meSession)
	m.Me.DELETE("/sessions/:id", s.meEndOne)
}

// flowPath is where the account stands on the surface for pages.
const flowPath = "/account"

// signOut ends the browser's session, however old its sign-in is, or none.
func (s *Service) signOut(c *gin.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	current, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	return s.leave(c, current)
}

func (s *Service) leave(c *gin.Context, current *session.Session) error {
	ctx := c.Request.Context()
	if current != nil {
		acting := event.Acting(ctx, event.User, current.UserID, current.ApplicationID)
		if err := s.sessions.End(acting, current.RealmID, current.ID, session.SignedOut); err != nil {
			return err
		}
	}
	session.Forget(c)
	return web.Redirect(c, web.AccountURL(ctx, signedOut, ""))
}

// signedOut says so; to somebody who is still signed in it would be untrue.
func (s *Service) signedOut(c *gin.Context) error {
	current, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	home := web.AccountURL(c.Request.Context(), "", "")
	if current != nil {
		return web.Redirect(c, home)
	}
	return web.Page(c, http.StatusOK, &templates.SignedOut{AgainURL: home})
}
