package privacy

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Mount adds the pages of the account, the step page, the pages of the letter's link,
// and the same for programs.
func (s *Service) Mount(m *web.Mux) {
	m.Account.GET("/privacy", s.showPrivacy)
	m.Account.POST("/privacy/keep", s.keep)
	fresh := m.Account.Fresh()
	fresh.POST("/privacy/export", s.export)
	fresh.GET("/privacy/export/:id", s.download)
	fresh.GET("/privacy/delete", s.showDelete)
	fresh.POST("/privacy/delete", s.delete)

	m.Pages.GET(keepPath, s.showPending)
	m.Pages.POST(keepPath, s.answerPending)
	m.Pages.GET(noticePath, s.showNotice)
	m.Pages.GET(cancelPath, s.showCancel)
	m.Pages.POST(cancelPath, s.cancel)

	m.Me.Fresh().GET("/export", s.exportMe)
	m.Me.Fresh().GET("/export/:id", s.downloadMe)
	m.Me.Fresh().POST("/erasure", s.eraseMe)
	m.Me.DELETE("/erasure", s.keepMe)
}

// owner is the person whose account it is, and acts in the context.
func (s *Service) owner(c *gin.Context) (*user.User, error) {
	ctx := c.Request.Context()
	current := session.From(ctx)
	c.Request = c.Request.WithContext(event.Acting(ctx, event.User, current.UserID, current.ApplicationID))
	return s.users.ByID(ctx, current.RealmID, current.UserID)
}

func (s *Service) showPrivacy(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	return s.privacyPage(c, u, http.StatusOK)
}

func (s *Service) privacyPage(c *gin.Context, u *user.User, status int, faults ...*fault.Fault) error {
	copies, err := s.Copies(c.Request.Context(), u.RealmID, u.ID)
	if err != nil {
		return err
	}
	page := &templates.AccountPrivacy{AccountFrame: templates.AccountFrame{Section: "privacy"}, ErasureAt: u.ErasureAt}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	for _, made := range copies {
		page.Exports = append(page.Exports, templates.AccountExport{
			ID: made.ID, CreatedAt: made.CreatedAt, ReadyAt: made.ReadyAt, ExpiresAt: made.ExpiresAt, Failed: made.Status == failed,
		})
	}
	return web.Page(c, status, page)
}

func (s *Service) export(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	_, made, err := s.Request(ctx, realm.From(ctx), u.ID, true)
	if soon, ok := fault.Of(err); ok && errors.Is(err, ErrTooSoon) {
		return s.privacyPage(c, u, http.StatusTooManyRequests, soon)
	}
	if err != nil {
		return err
	}
	done := "export_started"
	if made.Ready() {
		done = "export_ready"
	}
	return web.Redirect(c, web.AccountURL(ctx, "/privacy", done))
}

func (s *Service) download(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	made, err := s.Open(c.Request.Context(), u.RealmID, u.ID, c.Param("id"))
	if err != nil {
		return err
	}
	if !made.Ready() {
		return web.Redirect(c, web.AccountURL(c.Request.Context(), "/privacy", ""))
	}
	return s.send(c, made)
}

// send streams a copy as a file that no browser shows.
func (s *Service) send(c *gin.Context, made *Copy) error {
	attach(c, made.CreatedAt.Format("2006-01-02"))
	if c.Request.Method == http.MethodHead {
		return nil
	}
	return s.Download(c.Request.Context(), made, c.Writer)
}

func attach(c *gin.Context, day string) {
	c.Header("Content-Type", "application/json")
	c.Header("Content-Disposition", `attachment; filename="`+realm.From(c.Request.Context()).Slug+`-`+day+`.json"`)
	c.Status(http.StatusOK)
}

// keep answers the button by which a person stays.
func (s *Service) keep(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	err = s.Cancel(ctx, u.RealmID, u.ID)
	if err != nil && !errors.Is(err, user.ErrErasureNotScheduled) { // a second press
		return err
	}
	return web.Redirect(c, web.AccountURL(ctx, "/privacy", "account_kept"))
}

func (s *Service) showDelete(c *gin.Context) error {
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	if u.Erasing() {
		return web.Redirect(c, web.AccountURL(c.Request.Context(), "/privacy", ""))
	}
	return s.deletePage(c, u, http.StatusOK)
}

func (s *Service) deletePage(c *gin.Context, u *user.User, status int, faults ...*fault.Fault) error {
	page := &templates.AccountDelete{
		AccountFrame: templates.AccountFrame{Section: "privacy", Sub: true}, Email: u.Email, Days: days(realm.From(c.Request.Context())),
	}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	return web.Page(c, status, page)
}

// delete answers the page that asks for the address once more. The person is signed
// out by it, here as everywhere.
func (s *Service) delete(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	u, err := s.owner(c)
	if err != nil {
		return err
	}
	if !confirmed(u, form.Get("email")) {
		return s.deletePage(c, u, http.StatusUnprocessableEntity, ErrUnconfirmed)
	}
	ctx := c.Request.Context()
	in := realm.From(ctx)
	_, err = s.Schedule(ctx, in, u.ID)
	if errors.Is(err, user.ErrErasureScheduled) {
		return web.Redirect(c, web.AccountURL(ctx, "/privacy", ""))
	}
	if err != nil {
		return err
	}
	session.Forget(c)
	state := "scheduled"
	if in.Policy.ErasureGrace == 0 {
		state = "erased"
	}
	return web.Redirect(c, "/realms/"+in.Slug+noticePath+"?state="+state)
}
