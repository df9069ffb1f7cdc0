package registration

import (
	"errors"
	"net/http"
	"time"

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
	"authserver/tenant/realm"
)

const (
	// linkCookie holds a link's secret and is followed by the realm's slug.
	linkCookie = "register-"
	// linkKept is how long the browser may take from the link to the button.
	linkKept = 15 * time.Minute
	// tokenMost is longer than any secret of a link.
	tokenMost = 100
)

// showLink takes the secret out of the address, so that it stays in no history and no
// log of what the page loads, and then shows the button that redeems it. Following the
// link changes nothing: scanners of mail follow every link (security rules MAIL-01 and
// MAIL-02).
func (s *Service) showLink(c *gin.Context) error {
	in := realm.From(c.Request.Context())
	if !in.Policy.Registration {
		return errNoPage
	}
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	if token := query.Get("token"); token != "" && len(token) <= tokenMost {
		web.SetCookie(c, linkCookie+in.Slug, token, linkKept)
		return web.Redirect(c, "/realms/"+in.Slug+confirmPath)
	}
	l, err := s.follow(c)
	if err != nil {
		return dead(c, err)
	}
	return s.linkPage(c, l, http.StatusOK)
}

// followed is a link whose secret is alive.
type followed struct {
	in        *realm.Realm
	token     string
	proof     *challenge.Challenge
	candidate *user.Candidate
	// flow is the one that asked, if this is its browser and it is not over; else nil,
	// as is app.
	flow *flow.Flow
	app  *application.Application
}

// follow reads the secret of the browser's cookie. It returns challenge.ErrDead.
func (s *Service) follow(c *gin.Context) (*followed, error) {
	ctx := c.Request.Context()
	l := &followed{in: realm.From(ctx)}
	l.token = web.Cookie(c, linkCookie+l.in.Slug)
	var err error
	if l.proof, err = s.challenges.CheckToken(ctx, l.in.ID, challenge.Register, l.token); err != nil {
		return nil, err
	}
	if l.candidate, err = user.Unpack(l.proof.Data); err != nil {
		return nil, err
	}
	f, err := s.flows.Resume(ctx, l.proof.Binding, s.flows.Browser(c))
	if _, over := fault.Of(err); over {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	if l.app, err = s.open(ctx, l.in, f); err != nil {
		return nil, err
	}
	l.flow = f
	return l, nil
}

// dead leads on from a link that opens nothing any more.
func dead(c *gin.Context, err error) error {
	wrong, ok := fault.Of(err)
	if !ok || !errors.Is(err, challenge.ErrDead) && !errors.Is(err, user.ErrEmailTaken) {
		return err
	}
	code := "link_dead" // said of links, where the fault speaks of codes
	if errors.Is(err, user.ErrEmailTaken) {
		code = wrong.Code
	}
	ctx := c.Request.Context()
	return web.Page(c, http.StatusGone, &templates.ErrorPage{
		Status: http.StatusGone, Code: code, Message: wrong.Message, RequestID: web.RequestID(ctx),
		BackURL: "/realms/" + realm.From(ctx).Slug + path,
	})
}

// followLink redeems the secret: in the browser that asked it signs the person in,
// anywhere else it takes their own password.
func (s *Service) followLink(c *gin.Context) error {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	if !in.Policy.Registration {
		return errNoPage
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	l, err := s.follow(c)
	if err != nil {
		return dead(c, err)
	}
	if l.flow == nil {
		return s.finish(c, l, form.Get("new_password"))
	}
	prior, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	out, err := s.complete(ctx, in, l.flow, l.proof, prior)
	if err != nil {
		return dead(c, err)
	}
	web.ClearCookie(c, linkCookie+in.Slug)
	session.Keep(c, out.Cookie)
	return web.Redirect(c, s.flows.ReturnURL(l.flow))
}

func (s *Service) finish(c *gin.Context, l *followed, password string) error {
	if password == "" {
		return s.linkPage(c, l, http.StatusUnprocessableEntity, errNoPassword)
	}
	_, err := s.Finish(c.Request.Context(), l.in, l.token, password)
	if errors.Is(err, secret.ErrBusy) {
		c.Header("Retry-After", "2")
		return s.linkPage(c, l, http.StatusServiceUnavailable, secret.ErrBusy)
	}
	if broken := user.Broken(err, "new_password"); broken != nil {
		return s.linkPage(c, l, http.StatusUnprocessableEntity, broken...)
	}
	if err != nil {
		return dead(c, err)
	}
	web.ClearCookie(c, linkCookie+l.in.Slug)
	return web.Redirect(c, "/realms/"+l.in.Slug+donePath)
}

func (s *Service) linkPage(c *gin.Context, l *followed, status int, faults ...*fault.Fault) error {
	frame := templates.Frame{}
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	return web.Page(c, status, &templates.RegisterConfirm{
		Frame: frame, App: shown(l.app), Address: l.candidate.Email, Choose: l.flow == nil,
		Password: user.Rules(l.in),
	})
}

// showDone says that the account is there. It holds nothing and so may be seen by all.
func (s *Service) showDone(c *gin.Context) error {
	in := realm.From(c.Request.Context())
	if !in.Policy.Registration {
		return errNoPage
	}
	return web.Page(c, http.StatusOK, &templates.RegisterDone{ContinueURL: "/realms/" + in.Slug + flow.AccountPath})
}
