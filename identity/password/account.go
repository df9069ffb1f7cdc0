package password

import (
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

const path = "/password"

// Mount adds the pages of the account and what programs see of it.
func (s *Service) Mount(m *web.Mux) {
	fresh := m.Account.Fresh()
	fresh.GET(path, s.show)
	fresh.POST(path, s.change)
	m.Me.GET(path, s.meShow)
	m.Me.Fresh().PUT(path, s.meChange)
}

func (s *Service) show(c *gin.Context) error { return s.page(c, http.StatusOK) }

// change answers the form.
func (s *Service) change(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	in, current := realm.From(ctx), session.From(ctx)
	chosen := form.Get("new_password")
	if chosen == "" {
		return s.page(c, http.StatusUnprocessableEntity, errNoNew)
	}
	u, err := s.users.ByID(ctx, in.ID, current.UserID)
	if err != nil {
		return err
	}
	done := "password_set"
	if u.HasPassword {
		done = "password_changed"
	}
	cookie, err := s.Change(ctx, in, current, form.Get("password"), chosen)
	switch {
	case err == nil:
		session.Keep(c, cookie)
		return web.Redirect(c, web.AccountURL(ctx, "/security", done))
	case errors.Is(err, ErrCurrent):
		return s.page(c, http.StatusUnprocessableEntity, ErrCurrent)
	case errors.Is(err, ErrWrong):
		return s.page(c, http.StatusUnprocessableEntity, ErrWrong)
	case errors.Is(err, secret.ErrBusy):
		web.RetryAfter(c, secret.ErrBusy.RetryAfter)
		return s.page(c, http.StatusServiceUnavailable, secret.ErrBusy)
	case errors.Is(err, user.ErrChanged):
		return s.page(c, http.StatusConflict, user.ErrChanged)
	}
	if broken := user.Broken(err, "new_password"); broken != nil {
		return s.page(c, http.StatusUnprocessableEntity, broken...)
	}
	return err
}

func (s *Service) page(c *gin.Context, status int, faults ...*fault.Fault) error {
	ctx := c.Request.Context()
	in, current := realm.From(ctx), session.From(ctx)
	u, err := s.users.ByID(ctx, in.ID, current.UserID)
	if err != nil {
		return err
	}
	p := &templates.AccountPassword{
		First: !u.HasPassword, Current: asksCurrent(u, current), Password: user.Rules(in, u.Email, u.Name),
		ForgotURL: "/realms/" + in.Slug + "/recover", ExpiresDays: days(u.PasswordExpiresIn(in.Policy.Password, s.now())),
	}
	p.Section, p.Sub = "security", true
	p.Password.Focus = !p.Current
	for _, wrong := range faults {
		p.Problems = append(p.Problems, web.Problem(wrong))
	}
	return web.Page(c, status, p)
}

// days rounds up: what ends this evening is one day away, not none.
func days(d time.Duration) int { return int(math.Ceil(d.Hours() / 24)) }
