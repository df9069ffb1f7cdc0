package account

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/device"
	"authserver/internal/web"
)

// written is a session as a program reads it.
type written struct {
	ID              string    `json:"id"`
	Current         bool      `json:"current"`
	Device          string    `json:"device"`
	Mobile          bool      `json:"mobile"`
	Place           string    `json:"place"`
	IP              string    `json:"ip"`
	Applications    []appName `json:"applications"`
	AMR             []string  `json:"amr"`
	ACR             string    `json:"acr"`
	CreatedAt       time.Time `json:"created_at"`
	AuthenticatedAt time.Time `json:"authenticated_at"`
	LastSeenAt      time.Time `json:"last_seen_at"`
	ExpiresAt       time.Time `json:"expires_at"`
}

func (s *Service) written(c *gin.Context, one signedIn) written {
	return written{
		ID: one.ID, Current: one.ID == session.From(c.Request.Context()).ID,
		Device: one.device(), Mobile: device.Mobile(one.UserAgent), Place: s.places.Of(one.IP, web.Language(c)), IP: one.IP,
		Applications: one.apps, AMR: one.AMR, ACR: one.ACR, CreatedAt: one.CreatedAt, AuthenticatedAt: one.AuthenticatedAt,
		LastSeenAt: one.LastSeenAt, ExpiresAt: one.ExpiresAt,
	}
}

// meSessions lists where the person is signed in. The list has one page: nobody has
// so many browsers.
func (s *Service) meSessions(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	all, err := s.signedIn(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	answer := struct {
		Items []written `json:"items"`
	}{[]written{}}
	for _, one := range all {
		answer.Items = append(answer.Items, s.written(c, one))
	}
	return web.JSON(c, http.StatusOK, answer)
}

func (s *Service) meSession(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	found, err := s.one(ctx, current.RealmID, current.UserID, current.ID)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, s.written(c, found))
}

func (s *Service) meEndOne(c *gin.Context) error {
	if err := s.end(c.Request.Context(), c.Param("id")); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *Service) meEndOthers(c *gin.Context) error {
	if err := s.endRest(c.Request.Context()); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
