package registration

import (
	"errors"
	"math"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
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

const (
	path        = "/register"
	confirmPath = "/register/confirm"
	donePath    = "/register/done"
)

var (
	errNoEmail    = fault.New(fault.Invalid, "email_missing", "Enter your e-mail address.").At("email")
	errNoPassword = fault.New(fault.Invalid, "password_missing", "Enter a password.").At("new_password")
	errNoCode     = fault.New(fault.Invalid, "code_missing", "Enter the code from the message.").At("code")
)

// Mount adds the pages.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET(path, s.show)
	m.Pages.Throttle(
		web.Bound{Name: limit.Registration, When: web.Filled("email")},
		web.Bound{Name: limit.Message, Who: web.Field("email", user.Claimed), When: web.Filled("email")},
		web.Bound{Name: limit.Code, When: web.Filled("code")},
	).POST(path, s.answer)
	m.Pages.GET(confirmPath, s.showLink)
	m.Pages.Throttle(web.Bound{Name: limit.Code}).POST(confirmPath, s.followLink)
	m.Pages.GET(donePath, s.showDone)
}

// show is the form, or the page that waits for the code once a letter is on its way.
func (s *Service) show(c *gin.Context) error {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	if !in.Policy.Registration {
		return errNoPage
	}
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	if query.Get("flow") == "" {
		return s.begin(c)
	}
	v, err := s.load(c)
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	waiting, err := s.pending(ctx, v.flow)
	if err != nil {
		return err
	}
	switch {
	case waiting == nil:
		return s.form(c, v, http.StatusOK, Entry{Email: v.flow.LoginHint})
	case query.Get("change") != "":
		return s.form(c, v, http.StatusOK, Entry{Email: waiting.Email, Name: waiting.Name()})
	}
	return s.inbox(c, v, waiting, http.StatusOK)
}

// begin starts a flow into the account for somebody who comes from nowhere.
func (s *Service) begin(c *gin.Context) error {
	current, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	r := flow.AccountRequest{Browser: s.flows.Bind(c)}
	if current != nil {
		r.SessionID = current.ID
	}
	f, err := s.flows.StartAccount(c.Request.Context(), r)
	if err != nil {
		return err
	}
	return web.Redirect(c, s.flows.URLAt(f, flow.Login, path))
}

// visit is one request in a flow in which people may register.
type visit struct {
	in   *realm.Realm
	flow *flow.Flow
	app  *application.Application // nil: the account console
}

func (s *Service) load(c *gin.Context) (*visit, error) {
	f, err := s.flows.Load(c, flow.Login)
	if err != nil {
		return nil, err
	}
	v := &visit{in: realm.From(c.Request.Context()), flow: f}
	v.app, err = s.open(c.Request.Context(), v.in, f)
	return v, err
}

// answer takes either page's form.
func (s *Service) answer(c *gin.Context) error {
	if !realm.From(c.Request.Context()).Policy.Registration {
		return errNoPage
	}
	v, err := s.load(c)
	if err == nil {
		err = s.act(c, v)
	}
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	return nil
}

func (s *Service) act(c *gin.Context, v *visit) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	switch form.Get("action") {
	case "confirm":
		return s.confirm(c, v, form.Get("code"))
	case "resend":
		return s.resend(c, v)
	}
	return s.request(c, v, Entry{
		Email: form.Get("email"), Password: form.Get("new_password"), Name: form.Get("name"), Language: web.Language(c),
	})
}

func (s *Service) request(c *gin.Context, v *visit, e Entry) error {
	if wrong := e.missing(); len(wrong) > 0 {
		return s.form(c, v, http.StatusUnprocessableEntity, e, wrong...)
	}
	err := s.Request(c.Request.Context(), v.in, v.flow, e)
	wrong, known := fault.Of(err)
	switch {
	case err == nil:
		return web.Redirect(c, s.flows.URLAt(v.flow, flow.Login, path))
	case errors.Is(err, secret.ErrBusy):
		c.Header("Retry-After", "2")
		return s.form(c, v, http.StatusServiceUnavailable, e, secret.ErrBusy)
	case errors.Is(err, challenge.ErrTooSoon):
		web.RetryAfter(c, wrong.RetryAfter)
		return s.form(c, v, http.StatusTooManyRequests, e, wrong.At("email"))
	}
	if broken := user.Broken(err, "new_password"); broken != nil {
		return s.form(c, v, http.StatusUnprocessableEntity, e, broken...)
	}
	if known && (wrong.Field == "email" || wrong.Field == "name") {
		return s.form(c, v, http.StatusUnprocessableEntity, e, wrong)
	}
	return err
}

// missing is what a person left out.
func (e Entry) missing() []*fault.Fault {
	var wrong []*fault.Fault
	if e.Email == "" {
		wrong = append(wrong, errNoEmail)
	} else if _, _, err := user.Normalise(e.Email); err != nil {
		wrong = append(wrong, user.ErrEmailInvalid)
	}
	if e.Password == "" {
		wrong = append(wrong, errNoPassword)
	}
	return wrong
}

func (s *Service) confirm(c *gin.Context, v *visit, code string) error {
	ctx := c.Request.Context()
	waiting, err := s.pending(ctx, v.flow)
	if err != nil {
		return err
	}
	if waiting == nil {
		return web.Redirect(c, s.flows.URLAt(v.flow, flow.Login, path))
	}
	if code == "" {
		return s.inbox(c, v, waiting, http.StatusUnprocessableEntity, errNoCode)
	}
	prior, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	out, err := s.Confirm(ctx, v.in, v.flow, code, prior)
	if wrong, ok := fault.Of(err); ok && (wrong.Field == "code" || errors.Is(err, user.ErrEmailTaken)) {
		return s.inbox(c, v, waiting, http.StatusUnprocessableEntity, wrong.At("code"))
	}
	if err != nil {
		return err
	}
	session.Keep(c, out.Cookie)
	return web.Redirect(c, s.flows.ReturnURL(v.flow))
}

func (s *Service) resend(c *gin.Context, v *visit) error {
	ctx := c.Request.Context()
	waiting, err := s.pending(ctx, v.flow)
	if err != nil {
		return err
	}
	here := s.flows.URLAt(v.flow, flow.Login, path)
	err = s.Resend(ctx, v.in, v.flow, web.Language(c))
	switch wrong, _ := fault.Of(err); {
	case err == nil:
		return web.Redirect(c, here+"&done=code_sent")
	case errors.Is(err, challenge.ErrDead) || waiting == nil:
		return web.Redirect(c, here)
	case errors.Is(err, challenge.ErrTooSoon):
		web.RetryAfter(c, wrong.RetryAfter)
		return s.inbox(c, v, waiting, http.StatusTooManyRequests, wrong)
	}
	return err
}

func (s *Service) form(c *gin.Context, v *visit, status int, e Entry, faults ...*fault.Fault) error {
	if len(e.Email) > 254 { // what no address has need not come back into the page
		e.Email = ""
	}
	if len(e.Name) > 400 {
		e.Name = ""
	}
	return web.Page(c, status, &templates.Register{
		Frame: s.frame(v.flow, faults), App: shown(v.app), Email: e.Email, Name: e.Name, Password: user.Rules(v.in, shown(v.app).Name),
		SignInURL: s.flows.URL(v.flow, flow.Login),
	})
}

func (s *Service) inbox(c *gin.Context, v *visit, waiting *user.Candidate, status int, faults ...*fault.Fault) error {
	wait, err := s.challenges.Wait(c.Request.Context(), v.in.ID, challenge.Register, waiting.Key)
	if err != nil {
		return err
	}
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	return web.Page(c, status, &templates.CheckInbox{
		Frame: s.frame(v.flow, faults), App: shown(v.app), Address: user.Mask(waiting.Email), Register: true,
		Wait: int(math.Ceil(wait.Seconds())), Done: query.Get("done"),
		ChangeURL: s.flows.URLAt(v.flow, flow.Login, path) + "&change=1",
	})
}

func (s *Service) frame(f *flow.Flow, faults []*fault.Fault) templates.Frame {
	frame := templates.Frame{FlowID: f.ID, Proof: s.flows.Proof(f, flow.Login)}
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	return frame
}

// shown is the application as the person sees it.
func shown(app *application.Application) templates.App {
	if app == nil {
		return templates.App{}
	}
	return templates.App{Name: app.Name, LogoURL: app.LogoURL, HomeURL: app.HomeURL}
}
