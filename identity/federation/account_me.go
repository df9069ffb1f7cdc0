package federation

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/templates"
)

func (s *Service) mountMe(m *web.Group) {
	m.GET(pathAccount, s.meList)
	m.Fresh().DELETE(pathAccount+"/:id", s.meUnlink)
}

// linkEntry is a link as programs see it, offerEntry a provider that can be linked.
type (
	linkEntry struct {
		ID         string  `json:"id"`
		Provider   string  `json:"provider"`
		Name       string  `json:"name"`
		Label      string  `json:"label"`
		Enabled    bool    `json:"enabled"`
		CreatedAt  string  `json:"created_at"`
		LastUsedAt *string `json:"last_used_at"`
	}
	offerEntry struct {
		Provider string `json:"provider"`
		Name     string `json:"name"`
	}
)

func written(l templates.AccountProvider) linkEntry {
	e := linkEntry{
		ID: l.ID, Provider: l.Provider.Slug, Name: l.Provider.Name, Label: l.Label, Enabled: !l.Off,
		CreatedAt: l.LinkedAt.Format(time.RFC3339),
	}
	if !l.UsedAt.IsZero() {
		used := l.UsedAt.Format(time.RFC3339)
		e.LastUsedAt = &used
	}
	return e
}

// meList lists the person's links. There is one a provider at most, so the list has one
// page. A link is made in a browser only: the provider asks the person there.
func (s *Service) meList(c *gin.Context) error {
	linked, available, err := s.overview(of(c))
	if err != nil {
		return err
	}
	answer := struct {
		Items     []linkEntry  `json:"items"`
		Available []offerEntry `json:"available"`
	}{[]linkEntry{}, []offerEntry{}}
	for _, l := range linked {
		answer.Items = append(answer.Items, written(l))
	}
	for _, p := range available {
		answer.Available = append(answer.Available, offerEntry{p.Slug, p.Name})
	}
	return web.JSON(c, http.StatusOK, answer)
}

func (s *Service) meUnlink(c *gin.Context) error {
	m := of(c)
	if err := s.Unlink(c.Request.Context(), m.realm, m.session.UserID, c.Param("id")); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
	return nil
}
