package mfa

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/phone"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
)

// Paths of the steps' pages below the realm. Those of passkeys are identity/passkey's.
const (
	pathAsk          = "/mfa"
	pathAskPasskey   = "/mfa/passkey"
	pathSetup        = "/mfa/setup"
	pathSetupApp     = "/mfa/setup/totp"
	pathSetupSMS     = "/mfa/setup/sms"
	pathSetupEmail   = "/mfa/setup/email"
	pathSetupPasskey = "/mfa/setup/passkey"
	pathCodes        = "/mfa/setup/codes"
	pathCodesText    = "/mfa/setup/codes.txt"
)

const (
	actionSend   = "send"
	actionCancel = "cancel"
)

// What a person left out of a form.
var (
	errNoCode   = fault.New(fault.Invalid, "code_missing", "Enter the code.").At("code")
	errNoChoice = fault.New(fault.Invalid, "choice_missing", "Choose how to go on.")
)

// Mount adds the pages of the two steps, of the account, and its API.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET(pathAsk, s.step(flow.SecondFactor, s.showAsk))
	codes := m.Pages.Throttle(web.Bound{Name: limit.Code})
	codes.POST(pathAsk, s.step(flow.SecondFactor, s.ask))
	m.Pages.GET(pathSetup, s.step(flow.Enrol, s.enrolling(s.showSetup)))
	m.Pages.POST(pathSetup, s.step(flow.Enrol, s.enrolling(s.setup)))
	m.Pages.GET(pathSetupApp, s.step(flow.Enrol, s.enrolling(s.showSetupApp)))
	codes.POST(pathSetupApp, s.step(flow.Enrol, s.enrolling(s.setupApp)))
	for kind, path := range map[string]string{SMS: pathSetupSMS, Email: pathSetupEmail} {
		m.Pages.GET(path, s.step(flow.Enrol, s.enrolling(s.showSetupCode(kind))))
		codes.Throttle(
			web.Bound{Name: limit.Message, Who: web.Field("phone", phone.Digits), When: web.Filled("phone")},
		).POST(path, s.step(flow.Enrol, s.enrolling(s.setupCode(kind))))
	}
	m.Pages.GET(pathCodes, s.step(flow.Enrol, s.showCodes))
	m.Pages.POST(pathCodes, s.step(flow.Enrol, s.keepCodes))
	m.Pages.GET(pathCodesText, s.step(flow.Enrol, s.downloadCodes))
	s.mountAccount(m.Account)
	s.mountMe(m.Me)
}

// visit is one request for a page of a step: whose, and on whose behalf.
type visit struct {
	*gin.Context
	ctx     context.Context
	realm   *realm.Realm
	step    flow.Step
	flow    *flow.Flow
	session *session.Session
	user    *user.User
}

// step makes a page of a step. A form is bound to the session whose factors it asks
// for: if somebody else has signed in since, in another tab, nobody goes on as them.
// Without a session the dispatcher decides anew.
func (s *Service) step(step flow.Step, h func(*visit) error) web.Handler {
	return func(c *gin.Context) error {
		err := s.visit(c, step, h)
		if err != nil {
			return s.flows.Refuse(c, err)
		}
		return nil
	}
}

func (s *Service) visit(c *gin.Context, step flow.Step, h func(*visit) error) error {
	current, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	bound := "nobody"
	if current != nil {
		bound = current.ID
	}
	f, err := s.flows.Load(c, step, bound)
	if err != nil {
		return err
	}
	if current == nil {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	ctx := c.Request.Context()
	u, err := s.users.ByID(ctx, f.RealmID, current.UserID)
	if err != nil {
		return err
	}
	web.PreferLanguage(c, u.Locale)
	err = h(&visit{Context: c, ctx: ctx, realm: realm.From(ctx), step: step, flow: f, session: current, user: u})
	if errors.Is(err, session.ErrEnded) {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	return err
}

// form is the posted form.
func (v *visit) form() (interface{ Get(string) string }, error) { return web.Form(v.Context) }

// back leads to the dispatcher.
func (s *Service) back(v *visit) error { return web.Redirect(v.Context, s.flows.ReturnURL(v.flow)) }

// deny ends the flow because the person wants so; the dispatcher tells the application.
func (s *Service) deny(v *visit) error {
	if err := s.flows.Deny(v.ctx, v.flow); err != nil {
		return err
	}
	return s.back(v)
}

// to leads to another page of the same step.
func (s *Service) to(v *visit, path string, query ...string) error {
	return web.Redirect(v.Context, s.at(v, path, query...))
}

// at is the address of another page of the same step; query are names and values, of
// plain letters.
func (s *Service) at(v *visit, path string, query ...string) string {
	address := s.flows.URLAt(v.flow, v.step, path)
	for i := 0; i+1 < len(query); i += 2 {
		address += "&" + query[i] + "=" + query[i+1]
	}
	return address
}

// frame binds a page to the step and the session, and shows what was wrong.
func (s *Service) frame(v *visit, faults ...*fault.Fault) templates.Frame {
	frame := templates.Frame{FlowID: v.flow.ID, Proof: s.flows.Proof(v.flow, v.step, v.session.ID)}
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	return frame
}

func (s *Service) face(v *visit) (templates.App, error) {
	return s.applications.FaceOf(v.ctx, v.flow.RealmID, v.flow.ApplicationID, v.flow.Request.Get("redirect_uri"))
}

// shown is what a form is shown again for, with the status that says so. Anything else
// is not the form's to say.
func shown(c *gin.Context, err error) (wrong *fault.Fault, code int, ok bool) {
	wrong, ok = fault.Of(err)
	if !ok {
		return nil, 0, false
	}
	switch wrong.Kind {
	case fault.Invalid, fault.Expired, fault.Conflict:
		code = http.StatusUnprocessableEntity
	case fault.Limited:
		code = http.StatusTooManyRequests
		if wrong.RetryAfter > 0 {
			c.Header("Retry-After", strconv.Itoa(wholeSeconds(wrong.RetryAfter)))
		}
	default:
		return nil, 0, false
	}
	if errors.Is(err, flow.ErrStale) || errors.Is(err, flow.ErrExpired) || errors.Is(err, flow.ErrFinished) {
		return nil, 0, false
	}
	return wrong, code, true
}

// waiting says whether the person has been sent a code in this flow that they may still
// enter, and in how many seconds they may have another one.
func (s *Service) waiting(v *visit, p challenge.Purpose, address string) (sent bool, wait int, err error) {
	_, err = s.challenges.Live(v.ctx, v.realm.ID, p, v.user.ID, v.flow.ID)
	if err != nil && !errors.Is(err, challenge.ErrDead) {
		return false, 0, err
	}
	sent = err == nil
	d, err := s.challenges.Wait(v.ctx, v.realm.ID, challenge.SecondFactorEmail, address)
	return sent, wholeSeconds(d), err
}

func wholeSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// days is how many days, at least one, a duration is; 0 for none.
func days(d time.Duration) int {
	if d <= 0 {
		return 0
	}
	return max(1, int(d.Hours()/24))
}

// text answers with recovery codes as a file to keep.
func text(c *gin.Context, in *realm.Realm, codes []string) error {
	h := c.Writer.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-recovery-codes.txt"`, in.Slug))
	c.Status(http.StatusOK)
	_, err := c.Writer.WriteString(in.Name + "\r\n\r\n" + strings.Join(codes, "\r\n") + "\r\n")
	return err
}
