package privacy

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/tenant/realm"
)

// copyAnswer is a copy as programs read it.
type copyAnswer struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"` // waiting, ready
	CreatedAt time.Time `json:"created_at"`
	ReadyAt   time.Time `json:"ready_at,omitzero"`
	ExpiresAt time.Time `json:"expires_at"`
	Size      int64     `json:"size,omitempty"`
}

// exportMe serves GET /me/export: the person's data, or 202 with the address at which
// it will be.
func (s *Service) exportMe(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	document, made, err := s.Request(ctx, realm.From(ctx), u.ID, false)
	if err != nil {
		return err
	}
	if document == nil {
		return s.accepted(c, made)
	}
	attach(c, s.now().UTC().Format(time.DateOnly))
	_, err = c.Writer.Write(document)
	return err
}

func (s *Service) accepted(c *gin.Context, made *Copy) error {
	c.Header("Location", "/api/v1/realms/"+realm.From(c.Request.Context()).Slug+"/me/export/"+made.ID)
	c.Header("Retry-After", "60")
	return web.JSON(c, http.StatusAccepted, copyAnswer{
		ID: made.ID, Status: made.Status, CreatedAt: made.CreatedAt, ReadyAt: made.ReadyAt, ExpiresAt: made.ExpiresAt, Size: made.Size,
	})
}

func (s *Service) downloadMe(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	made, err := s.Open(c.Request.Context(), u.RealmID, u.ID, c.Param("id"))
	if err != nil {
		return err
	}
	if !made.Ready() {
		return s.accepted(c, made)
	}
	return s.send(c, made)
}

// eraseMe serves POST /me/erasure, {"email": the account's own}.
func (s *Service) eraseMe(c *gin.Context) error {
	var body struct {
		Email string `json:"email"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	if !confirmed(u, body.Email) {
		return ErrUnconfirmed
	}
	ctx := c.Request.Context()
	at, err := s.Schedule(ctx, realm.From(ctx), u.ID)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusAccepted, struct {
		ErasureAt time.Time `json:"erasure_at"`
	}{at.UTC()})
}

func (s *Service) keepMe(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	if err := s.Cancel(c.Request.Context(), u.RealmID, u.ID); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
	return nil
}
