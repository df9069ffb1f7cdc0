package account

import (
	"errors"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/device"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
)

func frame(sub bool) templates.AccountFrame {
	return templates.AccountFrame{Section: "sessions", Sub: sub}
}

// shown is a session as the page shows it.
func (s *Service) shown(c signedIn, language string) templates.AccountSession {
	line := templates.AccountSession{
		ID: c.ID, Device: c.device(), Mobile: device.Mobile(c.UserAgent), Place: s.places.Of(c.IP, language), SeenAt: c.LastSeenAt,
	}
	for _, app := range c.apps {
		line.Apps = append(line.Apps, app.Name)
	}
	return line
}

// spoken is the language of the page, the person's own preferred.
func (s *Service) spoken(c *gin.Context) (string, error) {
	current := session.From(c.Request.Context())
	u, err := s.users.ByID(c.Request.Context(), current.RealmID, current.UserID)
	if err != nil {
		return "", err
	}
	web.PreferLanguage(c, u.Locale)
	return web.Language(c), nil
}

func (s *Service) listSessions(c *gin.Context) error { return s.sessionsPage(c, http.StatusOK) }

func (s *Service) sessionsPage(c *gin.Context, status int, faults ...*fault.Fault) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	language, err := s.spoken(c)
	if err != nil {
		return err
	}
	all, err := s.signedIn(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	page := &templates.AccountSessions{AccountFrame: frame(false)}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	if i := slices.IndexFunc(all, func(c signedIn) bool { return c.ID == current.ID }); i >= 0 {
		page.Current = s.shown(all[i], language)
		all = slices.Delete(all, i, i+1)
	}
	for _, other := range all {
		page.Others = append(page.Others, s.shown(other, language))
	}
	return web.Page(c, status, page)
}

// refused shows the list with what was wrong: the session is gone already, or it is
// the one that the person is using.
func (s *Service) refused(c *gin.Context, err error) error {
	f, ok := fault.Of(err)
	switch {
	case !ok:
		return err
	case errors.Is(err, session.ErrNotFound):
		return s.sessionsPage(c, http.StatusNotFound, f)
	case errors.Is(err, session.ErrCurrent):
		return s.sessionsPage(c, http.StatusConflict, f)
	}
	return err
}

func (s *Service) askEndOne(c *gin.Context) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	if c.Param("id") == current.ID {
		return s.refused(c, session.ErrCurrent)
	}
	found, err := s.one(ctx, current.RealmID, current.UserID, c.Param("id"))
	if err != nil {
		return s.refused(c, err)
	}
	language, err := s.spoken(c)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.AccountSessionEnd{AccountFrame: frame(true), Session: s.shown(found, language)})
}

func (s *Service) endOne(c *gin.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	if err := s.end(c.Request.Context(), c.Param("id")); err != nil {
		return s.refused(c, err)
	}
	return web.Redirect(c, web.AccountURL(c.Request.Context(), sessions, "session_ended"))
}

func (s *Service) askEndOthers(c *gin.Context) error {
	return web.Page(c, http.StatusOK, &templates.AccountSessionsEnd{AccountFrame: frame(true)})
}

func (s *Service) endOthers(c *gin.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	if err := s.endRest(c.Request.Context()); err != nil {
		return err
	}
	return web.Redirect(c, web.AccountURL(c.Request.Context(), sessions, "sessions_ended"))
}
