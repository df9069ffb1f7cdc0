package contact

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
)

// emailPath is the account's page about the address, below the realm.
const emailPath = "/account/email"

func (s *Service) mountEmail(m *web.Mux) {
	m.Account.GET("/email", s.showEmail)
	m.Account.POST("/email", s.answerEmail)
	m.Account.Fresh().GET("/email/change", s.showEmailChange)
	m.Account.Fresh().Throttle(
		web.Bound{Name: limit.Message, Who: web.Field("email", user.Claimed), When: web.Filled("email")},
	).POST("/email/change", s.changeEmail)
}

// asking is the person whose account the request is about.
func (s *Service) asking(c *gin.Context) (Asking, error) {
	ctx := c.Request.Context()
	in, current := realm.From(ctx), session.From(ctx)
	u, err := s.users.ByID(ctx, in.ID, current.UserID)
	if err != nil {
		return Asking{}, err
	}
	return Asking{Realm: in, User: u, Binding: current.ID, Language: web.Language(c)}, nil
}

func (s *Service) showEmail(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	return s.emailPage(c, a, http.StatusOK)
}

// answerEmail does what needs no fresh sign-in: to prove what the letter brought.
func (s *Service) answerEmail(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	done := "email_verified"
	switch form.Get("action") {
	case "cancel":
		err, done = s.CancelChange(ctx, a), "email_kept"
	case "resend":
		err, done = s.resendEmail(c, a), "code_sent"
	default:
		code := form.Get("code")
		if code == "" {
			return s.emailPage(c, a, http.StatusUnprocessableEntity, errNoCode)
		}
		wanted, lost := s.wanted(ctx, a)
		switch {
		case lost != nil:
			err = lost
		case wanted != nil:
			err, done = s.ConfirmChange(ctx, a, code, nil), "email_changed"
		default:
			err = s.ConfirmVerification(ctx, a, code, nil)
		}
	}
	wrong, _ := fault.Of(err)
	switch {
	case err == nil, errors.Is(err, ErrVerified):
		return web.Redirect(c, web.AccountURL(ctx, "/email", done))
	case errors.Is(err, challenge.ErrTooSoon):
		return s.emailPage(c, a, http.StatusTooManyRequests, tooSoon(c, err))
	case errors.Is(err, user.ErrEmailTaken), wrong != nil && wrong.Field == "code":
		return s.emailPage(c, a, http.StatusUnprocessableEntity, wrong.At("code"))
	}
	return err
}

// resendEmail writes once more to whichever address is waiting.
func (s *Service) resendEmail(c *gin.Context, a Asking) error {
	ctx := c.Request.Context()
	wanted, err := s.wanted(ctx, a)
	if err != nil {
		return err
	}
	if wanted != nil {
		return s.RequestChange(ctx, a, wanted.Data[keptTo])
	}
	return s.SendVerification(ctx, a)
}

func (s *Service) emailPage(c *gin.Context, a Asking, status int, faults ...*fault.Fault) error {
	ctx := c.Request.Context()
	p := &templates.AccountEmail{AccountFrame: section(faults), Email: a.User.Email, Verified: a.User.EmailVerified}
	wanted, err := s.wanted(ctx, a)
	if err != nil {
		return err
	}
	if wanted != nil {
		p.Changing, p.Pending = true, wanted.Data[keptTo]
	} else if !a.User.EmailVerified {
		sent, err := s.live(ctx, a, challenge.VerifyEmail, "")
		if err != nil {
			return err
		}
		if sent != nil {
			p.Pending = a.User.Email
		}
	}
	if p.Pending != "" {
		if p.Wait, err = s.wait(ctx, a.Realm, p.Pending); err != nil {
			return err
		}
	}
	// A code that is dead leaves no input that it could be said at.
	if p.Pending == "" {
		p.Problems = problems(faults)
		for i := range p.Problems {
			p.Problems[i].Field = ""
		}
	}
	return web.Page(c, status, p)
}

// section is the frame of the room's pages in the account.
func section(faults []*fault.Fault) templates.AccountFrame {
	return templates.AccountFrame{Frame: templates.Frame{Problems: problems(faults)}, Section: "profile", Sub: true}
}

func (s *Service) showEmailChange(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	return s.emailChangePage(c, a, http.StatusOK, "")
}

func (s *Service) changeEmail(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	email := form.Get("email")
	if email == "" {
		return s.emailChangePage(c, a, http.StatusUnprocessableEntity, email, errNoEmail)
	}
	ctx := c.Request.Context()
	err = s.RequestChange(ctx, a, email)
	wrong, _ := fault.Of(err)
	switch {
	case err == nil:
		return web.Redirect(c, web.AccountURL(ctx, "/email", "code_sent"))
	case errors.Is(err, challenge.ErrTooSoon):
		return s.emailChangePage(c, a, http.StatusTooManyRequests, email, tooSoon(c, err).At("email"))
	case wrong != nil && wrong.Field == "email":
		return s.emailChangePage(c, a, http.StatusUnprocessableEntity, email, wrong)
	}
	return err
}

func (s *Service) emailChangePage(c *gin.Context, a Asking, status int, email string, faults ...*fault.Fault) error {
	if len(email) > 254 {
		email = ""
	}
	return web.Page(c, status, &templates.AccountEmailChange{AccountFrame: section(faults), Present: a.User.Email, Email: email})
}
