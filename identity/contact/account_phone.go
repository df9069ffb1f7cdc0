package contact

import (
	"errors"
	"math"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/internal/fault"
	"authserver/internal/phone"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/limit"
)

func (s *Service) mountPhone(m *web.Mux) {
	m.Account.GET("/phone", s.showPhone)
	m.Account.POST("/phone", s.answerPhone)
	fresh := m.Account.Fresh()
	fresh.GET("/phone/change", s.showPhoneChange)
	fresh.Throttle(
		web.Bound{Name: limit.Message, Who: web.Field("phone", phone.Digits), When: web.Filled("phone")},
	).POST("/phone/change", s.changePhone)
	fresh.GET("/phone/remove", s.showPhoneRemove)
	fresh.POST("/phone/remove", s.removePhone)
}

func (s *Service) showPhone(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	return s.phonePage(c, a, http.StatusOK)
}

// answerPhone takes the code. A number was named after a fresh sign-in, in this session.
func (s *Service) answerPhone(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	done := "phone_verified"
	switch form.Get("action") {
	case "cancel":
		err, done = s.CancelPhone(ctx, a), ""
	case "resend":
		err, done = s.resendPhone(c, a), "code_sent"
	default:
		code := form.Get("code")
		if code == "" {
			return s.phonePage(c, a, http.StatusUnprocessableEntity, errNoCode)
		}
		err = s.ConfirmPhone(ctx, a, code)
	}
	wrong, _ := fault.Of(err)
	switch {
	case err == nil:
		return web.Redirect(c, web.AccountURL(ctx, "/phone", done))
	case errors.Is(err, challenge.ErrTooSoon):
		return s.phonePage(c, a, http.StatusTooManyRequests, tooSoon(c, err))
	case wrong != nil && wrong.Field == "code":
		return s.phonePage(c, a, http.StatusUnprocessableEntity, wrong)
	}
	return err
}

// resendPhone sends another code to the number that is waiting for one. Without one it
// says so: naming a number is for who has signed in freshly.
func (s *Service) resendPhone(c *gin.Context, a Asking) error {
	wanted, err := s.live(c.Request.Context(), a, challenge.VerifyPhone, a.Binding)
	if err != nil {
		return err
	}
	if wanted == nil {
		return challenge.ErrDead
	}
	return s.RequestPhone(c.Request.Context(), a, wanted.Address)
}

func (s *Service) phonePage(c *gin.Context, a Asking, status int, faults ...*fault.Fault) error {
	ctx := c.Request.Context()
	p := &templates.AccountPhone{AccountFrame: section(faults), Verified: a.User.PhoneVerified}
	if a.User.Phone != "" {
		p.Phone = phone.Format(a.User.Phone)
	}
	wanted, err := s.live(ctx, a, challenge.VerifyPhone, a.Binding)
	if err != nil {
		return err
	}
	if wanted != nil {
		p.Pending = phone.Format(wanted.Address)
		d, err := s.challenges.Wait(ctx, a.Realm.ID, challenge.VerifyPhone, wanted.Address)
		if err != nil {
			return err
		}
		p.Wait = int(math.Ceil(d.Seconds()))
	} else {
		for i := range p.Problems {
			p.Problems[i].Field = ""
		}
	}
	return web.Page(c, status, p)
}

func (s *Service) showPhoneChange(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	number := ""
	if a.User.Phone != "" && !a.User.PhoneVerified {
		number = phone.Format(a.User.Phone)
	}
	return s.phoneChangePage(c, http.StatusOK, number)
}

func (s *Service) changePhone(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	number := form.Get("phone")
	if number == "" {
		return s.phoneChangePage(c, http.StatusUnprocessableEntity, number, errNoPhone)
	}
	ctx := c.Request.Context()
	err = s.RequestPhone(ctx, a, number)
	wrong, _ := fault.Of(err)
	switch {
	case err == nil:
		return web.Redirect(c, web.AccountURL(ctx, "/phone", "code_sent"))
	case errors.Is(err, challenge.ErrTooSoon):
		return s.phoneChangePage(c, http.StatusTooManyRequests, number, tooSoon(c, err).At("phone"))
	case wrong != nil && wrong.Field == "phone":
		return s.phoneChangePage(c, http.StatusUnprocessableEntity, number, wrong)
	}
	return err
}

func (s *Service) phoneChangePage(c *gin.Context, status int, number string, faults ...*fault.Fault) error {
	if len(number) > 40 {
		number = ""
	}
	return web.Page(c, status, &templates.AccountPhoneChange{AccountFrame: section(faults), Phone: number})
}

func (s *Service) showPhoneRemove(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	if a.User.Phone == "" {
		return web.Redirect(c, web.AccountURL(c.Request.Context(), "/phone", ""))
	}
	return phoneRemovePage(c, a, http.StatusOK)
}

func phoneRemovePage(c *gin.Context, a Asking, status int, faults ...*fault.Fault) error {
	return web.Page(c, status, &templates.AccountPhoneRemove{AccountFrame: section(faults), Phone: phone.Format(a.User.Phone)})
}

func (s *Service) removePhone(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	if _, err := web.Form(c); err != nil {
		return err
	}
	ctx := c.Request.Context()
	err = s.RemovePhone(ctx, a)
	if errors.Is(err, ErrLastFactor) {
		return phoneRemovePage(c, a, http.StatusConflict, ErrLastFactor)
	}
	if err != nil && !errors.Is(err, ErrNoPhone) {
		return err
	}
	return web.Redirect(c, web.AccountURL(ctx, "/phone", "phone_removed"))
}
