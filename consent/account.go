package consent

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/internal/web"
	"authserver/templates"
)

// Paths below /account and /me.
const (
	connections = "/applications"
	endOne      = "/applications/:id/end"
)

// mountAccount adds what a person sees and ends of what they allowed.
func (s *Service) mountAccount(m *web.Mux) {
	m.Account.GET(connections, s.showConnections)
	m.Account.GET(endOne, s.askDisconnect)
	m.Account.POST(endOne, s.disconnect)
	m.Me.GET(connections, s.meConnections)
	m.Me.DELETE(connections+"/:id", s.meDisconnect)
}

func accountFrame(sub bool) templates.AccountFrame {
	return templates.AccountFrame{Section: "applications", Sub: sub}
}

func (c Connection) shown() templates.AccountApplication {
	return templates.AccountApplication{
		ID: c.Application.ID, App: c.face(), Own: c.Application.FirstParty, Since: c.Since, Scopes: c.Scopes,
	}
}

func (s *Service) showConnections(c *gin.Context) error { return s.connectionsPage(c, http.StatusOK) }

func (s *Service) connectionsPage(c *gin.Context, status int, faults ...*fault.Fault) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	all, err := s.Connections(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	page := &templates.AccountApplications{AccountFrame: accountFrame(false)}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	for _, one := range all {
		page.Applications = append(page.Applications, one.shown())
	}
	return web.Page(c, status, page)
}

// lost shows the list when the application has no access any more.
func (s *Service) lost(c *gin.Context, err error) error {
	if errors.Is(err, ErrNotGranted) {
		return s.connectionsPage(c, http.StatusNotFound, ErrNotGranted)
	}
	return err
}

func (s *Service) askDisconnect(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	one, err := s.connection(ctx, current.RealmID, current.UserID, c.Param("id"))
	if err != nil {
		return s.lost(c, err)
	}
	return web.Page(c, http.StatusOK, &templates.AccountApplicationEnd{AccountFrame: accountFrame(true), Application: one.shown()})
}

func (s *Service) disconnect(c *gin.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	ctx := c.Request.Context()
	if err := s.disconnectOwn(ctx, c.Param("id")); err != nil {
		return s.lost(c, err)
	}
	return web.Redirect(c, web.AccountURL(ctx, connections, "application_revoked"))
}

func (s *Service) disconnectOwn(ctx context.Context, appID string) error {
	if !id.Valid(appID) {
		return ErrNotGranted
	}
	current := session.From(ctx)
	return s.Disconnect(ctx, current.RealmID, current.UserID, appID)
}

// meConnections lists what may reach the account. The list has one page.
func (s *Service) meConnections(c *gin.Context) error {
	type entry struct {
		ID         string    `json:"id"`
		Name       string    `json:"name"`
		LogoURL    string    `json:"logo_url"`
		HomeURL    string    `json:"home_url"`
		FirstParty bool      `json:"first_party"`
		Scopes     []string  `json:"scopes"`
		GrantedAt  time.Time `json:"granted_at"`
	}
	ctx := c.Request.Context()
	current := session.From(ctx)
	all, err := s.Connections(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	answer := struct {
		Items []entry `json:"items"`
	}{[]entry{}}
	for _, one := range all {
		a := one.Application
		answer.Items = append(answer.Items, entry{a.ID, a.Name, a.LogoURL, a.HomeURL, a.FirstParty, union(nil, one.Scopes), one.Since})
	}
	return web.JSON(c, http.StatusOK, answer)
}

func (s *Service) meDisconnect(c *gin.Context) error {
	if err := s.disconnectOwn(c.Request.Context(), c.Param("id")); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
