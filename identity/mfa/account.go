package mfa

import (
	"context"
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

// Paths below /account.
const (
	pathFactors  = "/mfa"
	pathTOTP     = "/totp"
	pathRecovery = "/recovery-codes"
	pathPaper    = "/recovery-codes.txt"
	pathDevices  = "/trusted-devices"
)

// mountAccount adds the pages of the account. What changes the keys to it asks for a
// fresh sign-in, and so does what shows them.
func (s *Service) mountAccount(g *web.Group) {
	fresh := g.Fresh()
	g.GET(pathFactors, s.mine(s.showFactors))
	fresh.POST(pathFactors, s.mine(s.changeFactors))
	fresh.GET(pathTOTP, s.mine(s.showTOTP))
	fresh.POST(pathTOTP, s.mine(s.changeTOTP))
	g.GET(pathRecovery, s.mine(s.showRecovery))
	g.GET(pathPaper, s.mine(s.downloadRecovery))
	fresh.POST(pathRecovery, s.mine(s.changeRecovery))
	g.GET(pathDevices, s.mine(s.showDevices))
	fresh.POST(pathDevices, s.mine(s.changeDevices))
}

// own is one request for a person's own things.
type own struct {
	*gin.Context
	ctx     context.Context
	realm   *realm.Realm
	session *session.Session
	user    *user.User
}

// mine finds out whose request it is.
func (s *Service) mine(h func(*own) error) web.Handler {
	return func(c *gin.Context) error {
		ctx := c.Request.Context()
		current, in := session.From(ctx), realm.From(ctx)
		u, err := s.users.ByID(ctx, in.ID, current.UserID)
		if err != nil {
			return err
		}
		ctx = event.Acting(ctx, event.User, u.ID, current.ApplicationID)
		return h(&own{Context: c, ctx: ctx, realm: in, session: current, user: u})
	}
}

func (o *own) form() (interface{ Get(string) string }, error) { return web.Form(o.Context) }

// done leads to a page of the account, which says what was done.
func (o *own) done(path, code string) error {
	return web.Redirect(o.Context, web.AccountURL(o.ctx, path, code))
}

func (o *own) frame(faults ...*fault.Fault) templates.AccountFrame {
	frame := templates.AccountFrame{Section: "security", Sub: true}
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	return frame
}

func (s *Service) showFactors(o *own) error { return s.factorsPage(o, http.StatusOK) }

// changeFactors turns codes by SMS and mail on and off.
func (s *Service) changeFactors(o *own) error {
	form, err := o.form()
	if err != nil {
		return err
	}
	codes, done := false, ""
	switch form.Get("action") {
	case "sms_on":
		codes, err = s.Enable(o.ctx, o.realm, o.session, SMS)
		done = "mfa_sms_on"
	case "sms_off":
		err = s.Remove(o.ctx, o.realm, o.session, SMS)
		done = "mfa_sms_off"
	case "email_on":
		codes, err = s.Enable(o.ctx, o.realm, o.session, Email)
		done = "mfa_email_on"
	case "email_off":
		err = s.Remove(o.ctx, o.realm, o.session, Email)
		done = "mfa_email_off"
	default:
		err = errNoChoice
	}
	if wrong, code, ok := shown(o.Context, err); ok {
		return s.factorsPage(o, code, wrong)
	}
	if err != nil {
		return err
	}
	if codes {
		return o.done(pathRecovery, done)
	}
	return o.done(pathFactors, done)
}

func (s *Service) factorsPage(o *own, status int, faults ...*fault.Fault) error {
	has, err := s.Of(o.ctx, o.realm, o.user)
	if err != nil {
		return err
	}
	page := &templates.AccountFactors{
		AccountFrame: o.frame(faults...), Passkeys: has.Has(Passkey), App: has.Has(TOTP), Required: has.Required, Factors: len(has.Kinds),
		CodesLeft: has.CodesLeft, Trusting: o.realm.Policy.TrustDevice > 0, Devices: len(has.Devices),
	}
	page.SMS, page.Mail = sentCodes(o, has, SMS), sentCodes(o, has, Email)
	return web.Page(o.Context, status, page)
}

// sentCodes is what the page says about a kind; nil when the realm does not allow it.
func sentCodes(o *own, has *Overview, kind string) *templates.AccountSentCodes {
	if !allows(o.realm.Policy, kind) {
		return nil
	}
	codes := &templates.AccountSentCodes{On: has.Has(kind), Ready: proven(o.user, kind)}
	if codes.Ready {
		codes.To = masked(kind, o.user)
	}
	return codes
}
