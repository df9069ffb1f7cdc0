package passkey

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
)

// Paths of the pages below the realm. The questions of js/passkey.js stand below them.
const (
	pathSignIn  = "/passkey/signin"
	pathConfirm = "/mfa/passkey"
	pathEnrol   = "/mfa/setup/passkey"
	options     = "/options"
)

// credential is the input in which the browser's answer comes.
const credential = "credential"

// Mount adds the pages of a sign-in, of the account, and the same for programs.
//
// Questions are asked by POST: each one stores a challenge, and a GET changes nothing.
// Their answer is JSON; an error is a page like any other, which the script does not
// read.
func (s *Service) Mount(m *web.Mux) {
	p := m.Pages
	p.GET(pathSignIn, s.flows.Handle(flow.Login, s.showSignIn))
	attempts := p.Throttle(web.Bound{Name: limit.SignInIP}, web.Bound{Name: limit.SignInRealm})
	attempts.POST(pathSignIn, s.flows.Handle(flow.Login, s.signIn))
	attempts.POST("/passkey"+options, s.flows.Handle(flow.Login, s.askSignIn))
	p.GET(pathConfirm, s.flows.Handle(flow.SecondFactor, s.within(s.showConfirm)))
	codes := p.Throttle(web.Bound{Name: limit.Code})
	codes.POST(pathConfirm, s.flows.Handle(flow.SecondFactor, s.within(s.confirm)))
	codes.POST(pathConfirm+options, s.flows.Handle(flow.SecondFactor, s.within(s.askConfirm)))
	p.GET(pathEnrol, s.flows.Handle(flow.Enrol, s.enrolling(s.showEnrol)))
	p.POST(pathEnrol, s.flows.Handle(flow.Enrol, s.enrolling(s.enrol)))
	p.POST(pathEnrol+options, s.flows.Handle(flow.Enrol, s.enrolling(s.askEnrol)))
	s.mountAccount(m.Account)
	s.mountMe(m.Me)
}

// question answers with options for navigator.credentials.
func question(c *gin.Context, o Options, err error) error {
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, o)
}

func (s *Service) askSignIn(c *gin.Context, f *flow.Flow) error {
	ctx := c.Request.Context()
	o, err := s.SignInOptions(ctx, realm.From(ctx), f)
	return question(c, o, err)
}

func (s *Service) showSignIn(c *gin.Context, f *flow.Flow) error {
	return s.signInPage(c, f, http.StatusOK)
}

// signIn takes the browser's answer. The form comes from the sign-in page, whose room
// does not know ours: what went wrong is said on a page of our own.
func (s *Service) signIn(c *gin.Context, f *flow.Flow) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	prior, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	out, err := s.SignIn(ctx, realm.From(ctx), f, []byte(form.Get(credential)), prior)
	if wrong, ok := isFault(err); ok {
		return s.signInPage(c, f, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	session.Keep(c, out.Cookie)
	return web.Redirect(c, s.flows.ReturnURL(f))
}

func (s *Service) signInPage(c *gin.Context, f *flow.Flow, status int, faults ...*fault.Fault) error {
	app, err := s.face(c, f)
	if err != nil {
		return err
	}
	return web.Page(c, status, &templates.PasskeySignIn{
		Frame: s.frame(f, flow.Login, faults), App: app, OtherURL: s.flows.URL(f, flow.Login),
	})
}

func (s *Service) face(c *gin.Context, f *flow.Flow) (templates.App, error) {
	return s.applications.FaceOf(c.Request.Context(), f.RealmID, f.ApplicationID, f.Request.Get("redirect_uri"))
}

// frame binds a page to the flow's step and shows what was wrong.
func (s *Service) frame(f *flow.Flow, step flow.Step, faults []*fault.Fault) templates.Frame {
	return templates.Frame{FlowID: f.ID, Proof: s.flows.Proof(f, step), Problems: problems(faults)}
}

func problems(faults []*fault.Fault) []templates.Problem {
	var all []templates.Problem
	for _, wrong := range faults {
		all = append(all, web.Problem(wrong))
	}
	return all
}
