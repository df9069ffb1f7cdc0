package recovery

import (
	"context"
	"errors"
	"math"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
)

// Where the pages stand below the realm.
const (
	recoverPath = "/recover"
	sentPath    = "/recover/sent"
	confirmPath = "/recover/confirm"
	donePath    = "/recover/done"
)

// What a person left out.
var (
	errNoEmail    = fault.New(fault.Invalid, "email_missing", "Enter your e-mail address.").At("email")
	errNoCode     = fault.New(fault.Invalid, "code_missing", "Enter the code.").At("code")
	errNoPassword = fault.New(fault.Invalid, "password_missing", "Enter a new password.").At("new_password")
)

// Mount adds the pages.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET(recoverPath, s.show)
	codes := m.Pages.Throttle(web.Bound{Name: limit.Code})
	m.Pages.Throttle(
		web.Bound{Name: limit.Recovery},
		web.Bound{Name: limit.Message, Who: web.Field("email", user.Claimed), When: web.Filled("email")},
	).POST(recoverPath, s.flows.Handle(flow.Login, s.request))
	m.Pages.GET(sentPath, s.showSent)
	codes.POST(sentPath, s.answerSent)
	m.Pages.GET(confirmPath, s.showConfirm)
	codes.POST(confirmPath, s.confirm)
	m.Pages.GET(donePath, s.showDone)
}

// show asks for an address. Who comes from nowhere gets a flow into their account.
func (s *Service) show(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	if query.Get("flow") != "" {
		return s.flows.Handle(flow.Login, func(c *gin.Context, f *flow.Flow) error {
			return s.form(c, f, http.StatusOK, f.LoginHint)
		})(c)
	}
	f, err := s.flows.StartAccount(c.Request.Context(), flow.AccountRequest{Browser: s.flows.Bind(c)})
	if err != nil {
		return err
	}
	return web.Redirect(c, s.flows.URLAt(f, flow.Login, recoverPath))
}

// request answers the form. It knows no accounts.
func (s *Service) request(c *gin.Context, f *flow.Flow) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	typed := form.Get("email")
	if typed == "" {
		return s.form(c, f, http.StatusUnprocessableEntity, "", errNoEmail)
	}
	addr, key, err := user.Normalise(typed)
	if err != nil {
		return s.form(c, f, http.StatusUnprocessableEntity, typed, user.ErrEmailInvalid)
	}
	return s.send(c, asked{
		Typed: addr, Wish: Wish{Address: key, FlowID: f.ID, ApplicationID: f.ApplicationID, Language: web.Language(c)},
	}, "")
}

// send records the wish and leads to the page that waits for the code.
func (s *Service) send(c *gin.Context, a asked, done string) error {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	if err := s.Request(ctx, in, a.Wish); err != nil {
		return err
	}
	a.At = s.now()
	if err := s.keepAsked(c, a); err != nil {
		return err
	}
	address := at(in, sentPath)
	if done != "" {
		address += "?done=" + done
	}
	return web.Redirect(c, address)
}

func at(in *realm.Realm, path string) string { return "/realms/" + in.Slug + path }

func (s *Service) form(c *gin.Context, f *flow.Flow, status int, email string, faults ...*fault.Fault) error {
	app, err := s.app(c.Request.Context(), f.RealmID, f.ApplicationID)
	if err != nil {
		return err
	}
	if len(email) > 254 { // what no address has need not come back into the page
		email = ""
	}
	frame := framed(faults)
	frame.FlowID, frame.Proof = f.ID, s.flows.Proof(f, flow.Login)
	return web.Page(c, status, &templates.Recover{Frame: frame, App: app, Email: email, SignInURL: s.flows.ReturnURL(f)})
}

func framed(faults []*fault.Fault) (frame templates.Frame) {
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	return frame
}

// app is the application as the person sees it; one that is gone by now has no name.
func (s *Service) app(ctx context.Context, realmID, applicationID string) (templates.App, error) {
	if applicationID == "" {
		return templates.App{}, nil
	}
	a, err := s.applications.ByID(ctx, realmID, applicationID)
	if wrong, ok := fault.Of(err); ok && wrong.Kind == fault.NotFound {
		return templates.App{}, nil
	}
	if err != nil {
		return templates.App{}, err
	}
	return templates.App{Name: a.Name, LogoURL: a.LogoURL, HomeURL: a.HomeURL}, nil
}

// showSent says that a letter is on its way, if it is.
func (s *Service) showSent(c *gin.Context) error {
	a := s.asked(c)
	if a == nil {
		return web.Redirect(c, at(realm.From(c.Request.Context()), recoverPath))
	}
	return s.sent(c, a, http.StatusOK)
}

// answerSent takes the code of the letter, or sends another one.
func (s *Service) answerSent(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	in := realm.From(ctx)
	a := s.asked(c)
	if a == nil {
		return web.Redirect(c, at(in, recoverPath))
	}
	if form.Get("action") == "resend" {
		if left := a.left(s.now()); left > 0 {
			web.RetryAfter(c, left)
			return s.sent(c, a, http.StatusTooManyRequests, challenge.ErrTooSoon)
		}
		return s.send(c, *a, "recovery_sent")
	}
	code := form.Get("code")
	if code == "" {
		return s.sent(c, a, http.StatusUnprocessableEntity, errNoCode)
	}
	proof, err := s.CheckCode(ctx, in, a.Wish.Address, code)
	if errors.Is(err, ErrCode) {
		return s.sent(c, a, http.StatusUnprocessableEntity, ErrCode)
	}
	if err != nil {
		return err
	}
	if err := s.keepProven(c, proof); err != nil {
		return err
	}
	return web.Redirect(c, at(in, confirmPath))
}

func (s *Service) sent(c *gin.Context, a *asked, status int, faults ...*fault.Fault) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	return web.Page(c, status, &templates.RecoverSent{
		Frame: framed(faults), Address: a.Typed, Wait: int(math.Ceil(a.left(s.now()).Seconds())),
		ChangeURL: at(realm.From(c.Request.Context()), recoverPath), Done: query.Get("done"),
	})
}
