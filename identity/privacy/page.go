package privacy

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Paths below the realm.
const (
	keepPath   = "/keep-account"   // the step of a flow
	noticePath = "/erasure"        // what becomes of the account
	cancelPath = "/erasure/cancel" // the link in the letter
)

var errNoChoice = fault.New(fault.Invalid, "choice_missing", "Choose how to go on.")

// pending is what the step page is about. Its form is bound to the session that it
// was shown to: nobody keeps another's account.
type pending struct {
	flow    *flow.Flow
	session *session.Session
	user    *user.User // nil: nobody who is about to be erased is signed in
}

func (s *Service) open(c *gin.Context) (pending, error) {
	current, err := s.sessions.Of(c)
	if err != nil {
		return pending{}, err
	}
	f, err := s.flows.Load(c, flow.Erasure, boundTo(current))
	if err != nil {
		return pending{}, err
	}
	p := pending{flow: f, session: current}
	if current == nil {
		return p, nil
	}
	u, err := s.users.ByID(c.Request.Context(), f.RealmID, current.UserID)
	if err != nil {
		return pending{}, err
	}
	if u.Erasing() {
		p.user = u
	}
	return p, nil
}

func boundTo(current *session.Session) string {
	if current == nil {
		return "nobody"
	}
	return current.ID
}

// showPending says to a person on the way to an application that the account is about
// to be deleted.
func (s *Service) showPending(c *gin.Context) error {
	p, err := s.open(c)
	switch {
	case err != nil:
		return s.flows.Refuse(c, err)
	case p.user == nil:
		return web.Redirect(c, s.flows.ReturnURL(p.flow))
	}
	return s.pendingPage(c, p, http.StatusOK)
}

func (s *Service) pendingPage(c *gin.Context, p pending, status int, faults ...*fault.Fault) error {
	page := &templates.ErasurePending{
		Frame:   templates.Frame{FlowID: p.flow.ID, Proof: s.flows.Proof(p.flow, flow.Erasure, boundTo(p.session))},
		Account: templates.Account{Name: p.user.Name, Email: p.user.Email}, ErasureAt: p.user.ErasureAt,
	}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	app, err := s.others.Applications.ByID(c.Request.Context(), p.flow.RealmID, p.flow.ApplicationID)
	if err != nil && !errors.Is(err, application.ErrNotFound) {
		return err
	}
	if err == nil {
		page.App = app.Face(p.flow.Request.Get("redirect_uri"))
	}
	return web.Page(c, status, page)
}

// answerPending keeps the account and goes on, or goes no further.
func (s *Service) answerPending(c *gin.Context) error {
	p, err := s.open(c)
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	switch action := form.Get("action"); {
	case action == "cancel":
		err = s.flows.Deny(ctx, p.flow)
	case p.user == nil:
	case action == "keep":
		ctx = event.Acting(ctx, event.User, p.user.ID, p.flow.ApplicationID)
		if err = s.sessions.Touch(ctx, p.session); err == nil {
			err = s.Cancel(ctx, p.flow.RealmID, p.user.ID)
		}
	default:
		return s.pendingPage(c, p, http.StatusUnprocessableEntity, errNoChoice)
	}
	if err != nil && !errors.Is(err, session.ErrEnded) && !errors.Is(err, user.ErrErasureNotScheduled) {
		return s.flows.Refuse(c, err)
	}
	return web.Redirect(c, s.flows.ReturnURL(p.flow))
}

// showNotice tells who has just been signed out what comes next. It knows nobody.
func (s *Service) showNotice(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	state := query.Get("state")
	if state != "kept" && state != "erased" {
		state = "scheduled"
	}
	return web.Page(c, http.StatusOK, &templates.ErasureNotice{State: state})
}

// A browser keeps the secret of the link between the link and the button.
const (
	linkCookie = "keep-account-"
	linkKept   = 15 * time.Minute
	// tokenMost is longer than any secret of a link.
	tokenMost = 100
)

// showCancel asks the person who came by the link. Opening it does nothing: mail
// scanners and previews open links, too. First the secret leaves the address, so that
// it stays in no history and in no Referer (security rule MAIL-01).
func (s *Service) showCancel(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	in := realm.From(c.Request.Context())
	if token := query.Get("token"); token != "" && len(token) <= tokenMost {
		web.SetCookie(c, linkCookie+in.Slug, token, linkKept)
		return web.Redirect(c, "/realms/"+in.Slug+cancelPath)
	}
	token := web.Cookie(c, linkCookie+in.Slug)
	if _, err := s.way(c, token); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.ErasureNotice{State: "asking", Token: token})
}

// way is what the link opens, or challenge.ErrDead.
func (s *Service) way(c *gin.Context, token string) (*challenge.Challenge, error) {
	ctx := c.Request.Context()
	return s.challenges.CheckToken(ctx, realm.From(ctx).ID, challenge.CancelErasure, token)
}

func (s *Service) cancel(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	found, err := s.way(c, form.Get("token"))
	if err != nil {
		return err
	}
	ctx := event.Acting(c.Request.Context(), event.User, found.UserID, "")
	if err := s.cancelBy(ctx, found); err != nil {
		return err
	}
	web.ClearCookie(c, linkCookie+realm.From(ctx).Slug)
	return web.Redirect(c, "/realms/"+realm.From(ctx).Slug+noticePath+"?state=kept")
}
