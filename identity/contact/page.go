package contact

import (
	"context"
	"errors"
	"math"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
)

const stepPath = "/verify-email"

var (
	errNoEmail = fault.New(fault.Invalid, "email_missing", "Enter your e-mail address.").At("email")
	errNoPhone = fault.New(fault.Invalid, "phone_missing", "Enter your phone number.").At("phone")
	errNoCode  = fault.New(fault.Invalid, "code_missing", "Enter the code from the message.").At("code")
)

// Mount adds the pages and the endpoints for a person's own things.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET(stepPath, s.flows.Handle(flow.VerifyEmail, s.show))
	codes := m.Pages.Throttle(web.Bound{Name: limit.Code})
	codes.Throttle(
		web.Bound{Name: limit.Message, Who: web.Field("email", user.Claimed), When: web.Filled("email")},
	).POST(stepPath, s.flows.Handle(flow.VerifyEmail, s.answer))
	for _, d := range doors() {
		m.Pages.GET(d.path, s.showDoor(d))
		codes.POST(d.path, s.passDoor(d))
	}
	m.Pages.GET(donePath, s.showDone)
	s.mountEmail(m)
	s.mountPhone(m)
	s.mountMe(m)
}

// visit is one request of a person whom the flow asks to prove their address.
type visit struct {
	Asking
	flow    *flow.Flow
	session *session.Session
	// wanted is the address that they want instead and that waits for its code, or nil.
	wanted *challenge.Challenge
	// mayChange says that the address may be replaced here: by whoever has signed in
	// within this flow, and not by whoever finds the browser; with the second factor if
	// the person has one, because this step comes before it and a password alone must
	// not take the address away.
	mayChange bool
}

// waiting is the address that a letter is on its way to.
func (v *visit) waiting() string {
	if v.wanted != nil {
		return v.wanted.Data[keptTo]
	}
	return v.User.Email
}

// visit finds out who it is, or nil when there is nothing to prove: then the dispatcher
// decides anew.
func (s *Service) visit(c *gin.Context, f *flow.Flow) (*visit, error) {
	ctx := c.Request.Context()
	current, err := s.sessions.Of(c)
	if err != nil || current == nil {
		return nil, err
	}
	u, err := s.users.ByID(ctx, f.RealmID, current.UserID)
	if err != nil || u.EmailVerified {
		return nil, err
	}
	v := &visit{flow: f, session: current, Asking: Asking{
		Realm: realm.From(ctx), User: u, Binding: f.ID, ApplicationID: f.ApplicationID, Language: web.Language(c),
	}}
	if v.wanted, err = s.wanted(ctx, v.Asking); err != nil || !f.Proven(flow.Login, current.ID) {
		return v, err
	}
	kinds, err := s.factors.Enrolled(ctx, f.RealmID, u.ID)
	v.mayChange = err == nil && (len(kinds) == 0 || current.MultiFactor())
	return v, err
}

// wanted is the address that the person wants instead, or nil.
func (s *Service) wanted(ctx context.Context, a Asking) (*challenge.Challenge, error) {
	return s.live(ctx, a, challenge.ChangeEmail, a.Binding)
}

func (s *Service) live(ctx context.Context, a Asking, p challenge.Purpose, binding string) (*challenge.Challenge, error) {
	live, err := s.challenges.Live(ctx, a.Realm.ID, p, a.User.ID, binding)
	if errors.Is(err, challenge.ErrDead) {
		return nil, nil
	}
	return live, err
}

func (s *Service) show(c *gin.Context, f *flow.Flow) error {
	v, err := s.visit(c, f)
	if err != nil {
		return err
	}
	if v == nil {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	if query.Get("change") != "" && v.mayChange {
		return s.otherPage(c, v, http.StatusOK, "")
	}
	if v.wanted == nil && c.Request.Method == http.MethodGet {
		if err := s.sendFirst(c.Request.Context(), v); err != nil {
			return err
		}
	}
	return s.inbox(c, v, http.StatusOK)
}

// sendFirst writes the first letter as the page is first shown. Only the person's own
// browser gets here, with the flow's proof and their session, and while a letter is
// alive no other follows: opening the page again sends nothing.
func (s *Service) sendFirst(ctx context.Context, v *visit) error {
	sent, err := s.live(ctx, v.Asking, challenge.VerifyEmail, "")
	if err != nil || sent != nil {
		return err
	}
	if err := s.SendVerification(ctx, v.Asking); !errors.Is(err, challenge.ErrTooSoon) {
		return err
	}
	return nil
}

func (s *Service) answer(c *gin.Context, f *flow.Flow) error {
	v, err := s.visit(c, f)
	if err != nil {
		return err
	}
	if v == nil {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	switch form.Get("action") {
	case "resend":
		return s.resend(c, v)
	case "change":
		return s.changeAddress(c, v, form.Get("email"))
	}
	return s.confirm(c, v, form.Get("code"))
}

func (s *Service) confirm(c *gin.Context, v *visit, code string) error {
	if code == "" {
		return s.inbox(c, v, http.StatusUnprocessableEntity, errNoCode)
	}
	ctx := c.Request.Context()
	prove := func(ctx context.Context) error {
		return s.flows.Prove(ctx, v.flow, flow.Proof{Step: flow.VerifyEmail, SessionID: v.session.ID})
	}
	var err error
	if v.wanted != nil {
		err = s.ConfirmChange(ctx, v.Asking, code, prove)
	} else {
		err = s.ConfirmVerification(ctx, v.Asking, code, prove)
	}
	if wrong, ok := fault.Of(err); ok && (wrong.Field == "code" || errors.Is(err, user.ErrEmailTaken)) {
		return s.inbox(c, v, http.StatusUnprocessableEntity, wrong.At("code"))
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, s.flows.ReturnURL(v.flow))
}

func (s *Service) resend(c *gin.Context, v *visit) error {
	ctx := c.Request.Context()
	var err error
	if v.wanted != nil {
		err = s.RequestChange(ctx, v.Asking, v.waiting())
	} else {
		err = s.SendVerification(ctx, v.Asking)
	}
	if errors.Is(err, challenge.ErrTooSoon) {
		return s.inbox(c, v, http.StatusTooManyRequests, tooSoon(c, err))
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, s.here(v)+"&done=code_sent")
}

// changeAddress takes another address in the place of a mistyped one. The same address
// again means: that one after all.
func (s *Service) changeAddress(c *gin.Context, v *visit, email string) error {
	if !v.mayChange {
		return web.Redirect(c, s.flows.ReturnURL(v.flow))
	}
	if email == "" {
		return s.otherPage(c, v, http.StatusUnprocessableEntity, email, errNoEmail)
	}
	ctx := c.Request.Context()
	err := s.RequestChange(ctx, v.Asking, email)
	wrong, _ := fault.Of(err)
	switch {
	case err == nil:
		return web.Redirect(c, s.here(v))
	case errors.Is(err, ErrSameEmail):
		if err := s.CancelChange(ctx, v.Asking); err != nil {
			return err
		}
		return web.Redirect(c, s.here(v))
	case errors.Is(err, challenge.ErrTooSoon):
		return s.otherPage(c, v, http.StatusTooManyRequests, email, tooSoon(c, err).At("email"))
	case wrong != nil && wrong.Field == "email":
		return s.otherPage(c, v, http.StatusUnprocessableEntity, email, wrong)
	}
	return err
}

// tooSoon is the fault of a letter that has to wait; the answer says how long.
func tooSoon(c *gin.Context, err error) *fault.Fault {
	wrong, _ := fault.Of(err)
	web.RetryAfter(c, wrong.RetryAfter)
	return wrong
}

func (s *Service) here(v *visit) string { return s.flows.URL(v.flow, flow.VerifyEmail) }

func (s *Service) inbox(c *gin.Context, v *visit, status int, faults ...*fault.Fault) error {
	wait, err := s.wait(c.Request.Context(), v.Realm, v.waiting())
	if err != nil {
		return err
	}
	app, err := s.app(c.Request.Context(), v.flow)
	if err != nil {
		return err
	}
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	p := &templates.CheckInbox{
		Frame: s.frame(v.flow, faults), App: app, Address: user.Mask(v.waiting()), Wait: wait, Done: query.Get("done"),
	}
	if v.mayChange {
		p.ChangeURL = s.here(v) + "&change=1"
	}
	return web.Page(c, status, p)
}

func (s *Service) otherPage(c *gin.Context, v *visit, status int, email string, faults ...*fault.Fault) error {
	if len(email) > 254 {
		email = ""
	}
	app, err := s.app(c.Request.Context(), v.flow)
	if err != nil {
		return err
	}
	return web.Page(c, status, &templates.ChangeAddress{
		Frame: s.frame(v.flow, faults), App: app, Email: email, Present: v.User.Email, BackURL: s.here(v),
	})
}

// wait is how many seconds the address has to wait for its next letter.
func (s *Service) wait(ctx context.Context, in *realm.Realm, address string) (int, error) {
	_, key, err := user.Normalise(address)
	if err != nil {
		key = address
	}
	d, err := s.challenges.Wait(ctx, in.ID, challenge.VerifyEmail, key)
	return int(math.Ceil(d.Seconds())), err
}

func (s *Service) frame(f *flow.Flow, faults []*fault.Fault) templates.Frame {
	return templates.Frame{FlowID: f.ID, Proof: s.flows.Proof(f, flow.VerifyEmail), Problems: problems(faults)}
}

func problems(faults []*fault.Fault) []templates.Problem {
	var shown []templates.Problem
	for _, wrong := range faults {
		shown = append(shown, web.Problem(wrong))
	}
	return shown
}

// app is the application as the person sees it; one that is gone has no name.
func (s *Service) app(ctx context.Context, f *flow.Flow) (templates.App, error) {
	if f.Account() {
		return templates.App{}, nil
	}
	a, err := s.applications.ByID(ctx, f.RealmID, f.ApplicationID)
	if wrong, ok := fault.Of(err); ok && wrong.Kind == fault.NotFound {
		return templates.App{}, nil
	}
	if err != nil {
		return templates.App{}, err
	}
	return templates.App{Name: a.Name, LogoURL: a.LogoURL, HomeURL: a.HomeURL}, nil
}
