package account

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/web"
	"authserver/templates"
)

// recent is how many entries of the activity the overview shows.
const recent = 4

// own is the person whose request it is, with what protects them.
func (s *Service) own(c *gin.Context) (*user.User, counts, error) {
	ctx := c.Request.Context()
	current := session.From(ctx)
	u, err := s.users.ByID(ctx, current.RealmID, current.UserID)
	if err != nil {
		return nil, nil, err
	}
	found, err := s.count(ctx, u)
	return u, found, err
}

func (s *Service) overview(c *gin.Context) error {
	u, found, err := s.own(c)
	if err != nil {
		return err
	}
	web.PreferLanguage(c, u.Locale)
	happened, err := s.activity.Recent(c.Request.Context(), u.RealmID, u.ID, web.Language(c), recent)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.AccountOverview{
		AccountFrame: templates.AccountFrame{Section: "overview"}, Checks: checkup(u, found), Recent: happened,
	})
}

func (s *Service) security(c *gin.Context) error {
	u, found, err := s.own(c)
	if err != nil {
		return err
	}
	page := &templates.AccountSecurity{AccountFrame: templates.AccountFrame{Section: "security"}}
	page.Ways, page.Second = safeguards(u, found)
	return web.Page(c, http.StatusOK, page)
}
