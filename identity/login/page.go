package login

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
)

// What a person left out of the form. It tells nothing about accounts, so it is said
// before anything is counted.
var (
	errNoEmail    = fault.New(fault.Invalid, "email_missing", "Enter your e-mail address.").At("email")
	errNoPassword = fault.New(fault.Invalid, "password_missing", "Enter your password.").At("password")
)

const (
	deviceCookie = "device-" // and the realm's slug
	// cancel is the action by which a person turns back on any of the pages.
	cancel = "cancel"
)

// Mount adds the pages to the surface for pages.
//
// A form that is shown again because of what was entered has status 422: the request
// was understood, its content is not accepted. 401 would need a WWW-Authenticate
// challenge (RFC 9110 §15.5.2), and 200 would tell monitoring that all is well.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET("/login", s.flows.Handle(flow.Login, s.showSignIn))
	m.Pages.Throttle(
		web.Bound{Name: limit.SignIn, Who: web.Field("email", user.Claimed), When: web.Filled("password")},
		web.Bound{Name: limit.SignInIP, When: web.Filled("password")},
		web.Bound{Name: limit.SignInRealm, When: web.Filled("password")},
	).POST("/login", s.flows.Handle(flow.Login, s.signIn))
	m.Pages.GET("/select-account", s.showAccount)
	m.Pages.POST("/select-account", s.selectAccount)
	m.Pages.GET("/password", s.flows.Handle(flow.PasswordChange, s.showPassword))
	m.Pages.POST("/password", s.flows.Handle(flow.PasswordChange, s.changePassword))
}

func (s *Service) showSignIn(c *gin.Context, f *flow.Flow) error {
	return s.signInPage(c, f, http.StatusOK, f.LoginHint)
}

// signIn answers the form of the sign-in page.
func (s *Service) signIn(c *gin.Context, f *flow.Flow) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if form.Get("action") == cancel {
		return s.deny(c, f)
	}
	email, password := form.Get("email"), form.Get("password")
	var missing []*fault.Fault
	if email == "" {
		missing = append(missing, errNoEmail)
	}
	if password == "" {
		missing = append(missing, errNoPassword)
	}
	if len(missing) > 0 {
		return s.signInPage(c, f, http.StatusUnprocessableEntity, email, missing...)
	}
	ctx := c.Request.Context()
	prior, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	in := realm.From(ctx)
	out, err := s.Attempt(ctx, in, f, Input{
		Email: email, Password: password, Device: web.Cookie(c, deviceCookie+in.Slug), Prior: prior,
	})
	switch {
	case errors.Is(err, ErrWrong):
		return s.signInPage(c, f, http.StatusUnprocessableEntity, email, ErrWrong)
	case errors.Is(err, secret.ErrBusy):
		return s.busy(c, func(busy *fault.Fault) error {
			return s.signInPage(c, f, http.StatusServiceUnavailable, email, busy)
		})
	case err != nil:
		return err
	}
	session.Keep(c, out.Cookie)
	web.SetCookie(c, deviceCookie+in.Slug, out.Device, deviceLife)
	return web.Redirect(c, s.flows.ReturnURL(f))
}

// busy shows the form again, with what was typed, and says when to come back.
func (s *Service) busy(c *gin.Context, page func(*fault.Fault) error) error {
	c.Header("Retry-After", "2")
	return page(secret.ErrBusy)
}

// deny ends the flow because the person wants so; the dispatcher tells the application.
func (s *Service) deny(c *gin.Context, f *flow.Flow) error {
	if err := s.flows.Deny(c.Request.Context(), f); err != nil {
		return err
	}
	return web.Redirect(c, s.flows.ReturnURL(f))
}

func (s *Service) signInPage(c *gin.Context, f *flow.Flow, status int, email string, faults ...*fault.Fault) error {
	app, err := s.app(c, f)
	if err != nil {
		return err
	}
	if len(email) > 254 { // what no address has need not come back into the page
		email = ""
	}
	register, err := s.registerURL(c.Request.Context(), f)
	if err != nil {
		return err
	}
	providers, err := s.providersOf(c.Request.Context(), f)
	if err != nil {
		return err
	}
	return web.Page(c, status, &templates.SignIn{
		Frame: s.frame(f, flow.Login, faults), App: app, Email: email, Providers: providers,
		ForgotURL: s.flows.URLAt(f, flow.Login, "/recover"), RegisterURL: register,
	})
}

// frame binds a page to the flow's step and shows what was wrong. What else the form
// is about goes into bound.
func (s *Service) frame(f *flow.Flow, step flow.Step, faults []*fault.Fault, bound ...string) templates.Frame {
	frame := templates.Frame{FlowID: f.ID, Proof: s.flows.Proof(f, step, bound...)}
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	return frame
}

// app is the application as the person sees it.
func (s *Service) app(c *gin.Context, f *flow.Flow) (templates.App, error) {
	a, err := s.applications.ByID(c.Request.Context(), f.RealmID, f.ApplicationID)
	if errors.Is(err, application.ErrNotFound) { // gone by now, or the account's flow
		return templates.App{}, nil
	}
	if err != nil {
		return templates.App{}, err
	}
	return a.Face(f.Request.Get("redirect_uri")), nil
}
