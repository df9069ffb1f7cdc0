package passkey

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/internal/web"
)

func (s *Service) mountMe(m *web.Group) {
	m.GET(path, s.meList)
	m.PATCH(path+"/:id", s.meRename)
	fresh := m.Fresh()
	fresh.POST(path+options, s.askNew)
	fresh.POST(path, s.meAdd)
	fresh.DELETE(path+"/:id", s.meRemove)
}

// entry is a passkey as programs see it.
type entry struct {
	ID           string   `json:"id"`
	Label        string   `json:"label"`
	Title        string   `json:"title"`
	CredentialID string   `json:"credential_id"`
	AAGUID       string   `json:"aaguid"`
	Transports   []string `json:"transports"`
	Synced       bool     `json:"synced"`
	BackedUp     bool     `json:"backed_up"`
	UserVerified bool     `json:"user_verified"`
	Discoverable bool     `json:"discoverable"`
	Suspected    bool     `json:"clone_suspected"`
	CreatedAt    string   `json:"created_at"`
	LastUsedAt   *string  `json:"last_used_at"`
}

func written(p *Passkey) entry {
	e := entry{
		ID: p.ID, Label: p.Label, Title: p.Title(), CredentialID: text(p.CredentialID), AAGUID: p.AAGUID, Transports: p.Transports,
		Synced: p.BackupEligible, BackedUp: p.BackedUp, UserVerified: p.UserVerified, Discoverable: p.Discoverable,
		Suspected: !p.CloneWarning.IsZero(), CreatedAt: p.CreatedAt.Format(time.RFC3339),
	}
	if !p.LastUsedAt.IsZero() {
		used := p.LastUsedAt.Format(time.RFC3339)
		e.LastUsedAt = &used
	}
	return e
}

// meList lists the person's passkeys. There are at most Max, so the list has one page.
func (s *Service) meList(c *gin.Context) error {
	m := of(c)
	ctx := c.Request.Context()
	all, err := s.List(ctx, m.realm.ID, m.session.UserID)
	if err != nil {
		return err
	}
	handle, err := s.Handle(ctx, m.realm.ID, m.session.UserID)
	if err != nil {
		return err
	}
	answer := struct {
		RelyingParty string  `json:"rp_id"`
		UserHandle   string  `json:"user_handle"`
		Items        []entry `json:"items"`
	}{s.host(), text(handle), []entry{}}
	for _, p := range all {
		answer.Items = append(answer.Items, written(p))
	}
	return web.JSON(c, http.StatusOK, answer)
}

func (s *Service) meAdd(c *gin.Context) error {
	m := of(c)
	var body struct {
		Credential json.RawMessage `json:"credential"`
		Label      string          `json:"label"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	p, err := s.Register(c.Request.Context(), m.realm, m.session.UserID, m.session.ID, body.Credential, body.Label)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, written(p))
}

func (s *Service) meRename(c *gin.Context) error {
	m := of(c)
	var body struct {
		Label *string `json:"label"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	ctx, id := c.Request.Context(), c.Param("id")
	if body.Label == nil {
		p, err := s.Find(ctx, m.realm.ID, m.session.UserID, id)
		if err != nil {
			return err
		}
		return web.JSON(c, http.StatusOK, written(p))
	}
	p, err := s.Rename(ctx, m.realm.ID, m.session.UserID, id, *body.Label)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, written(p))
}

func (s *Service) meRemove(c *gin.Context) error {
	m := of(c)
	if err := s.Revoke(c.Request.Context(), m.realm, m.session.UserID, c.Param("id"), m.session.ID); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
