package consent

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
)

var errNoChoice = fault.New(fault.Invalid, "choice_missing", "Choose how to go on.")

// Mount adds the page of the sign-in, and what people see and end in their account.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET("/consent", s.show)
	m.Pages.POST("/consent", s.answer)
	s.mountAccount(m)
}

// asked is what the page is about: whom it asks, for which application.
type asked struct {
	flow    *flow.Flow
	session *session.Session
	app     *application.Application
}

// open finds what the page is about. Its form is bound to the session whose account
// it shows: if somebody else signs in meanwhile in another tab, they agree to nothing
// by a button that another person was shown. Session and app are nil when they are
// gone; the dispatcher then decides anew.
func (s *Service) open(c *gin.Context) (asked, error) {
	current, err := s.sessions.Of(c)
	if err != nil {
		return asked{}, err
	}
	f, err := s.flows.Load(c, flow.Consent, boundTo(current))
	if err != nil {
		return asked{}, err
	}
	a := asked{flow: f, session: current}
	app, err := s.apps.ByID(c.Request.Context(), f.RealmID, f.ApplicationID)
	if err != nil && !errors.Is(err, application.ErrNotFound) {
		return asked{}, err
	}
	if err == nil && app.Enabled {
		a.app = app
	}
	return a, nil
}

func boundTo(current *session.Session) string {
	if current == nil {
		return "nobody"
	}
	return current.ID
}

// lost reports that nobody can answer, or nobody wants to know.
func (a asked) lost() bool { return a.session == nil || a.app == nil }

func (s *Service) show(c *gin.Context) error {
	a, err := s.open(c)
	switch {
	case err != nil:
		return s.flows.Refuse(c, err)
	case a.lost():
		return web.Redirect(c, s.flows.ReturnURL(a.flow))
	}
	return s.page(c, a, http.StatusOK)
}

// answer takes the form. Which scopes are granted stands in the flow and never in the
// form: nobody can be made to agree to what the page did not show.
func (s *Service) answer(c *gin.Context) error {
	a, err := s.open(c)
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	action := form.Get("action")
	switch {
	case action == "deny":
		err = s.flows.Deny(c.Request.Context(), a.flow)
	case a.lost():
	case action == "allow":
		err = s.allow(c.Request.Context(), a)
	default:
		return s.page(c, a, http.StatusUnprocessableEntity, errNoChoice)
	}
	if err != nil && !errors.Is(err, session.ErrEnded) {
		return s.flows.Refuse(c, err)
	}
	return web.Redirect(c, s.flows.ReturnURL(a.flow))
}

// allow remembers the person's yes and proves the step, for the session that said it.
func (s *Service) allow(ctx context.Context, a asked) error {
	return s.db.InTx(event.Acting(ctx, event.User, a.session.UserID, a.flow.ApplicationID), func(ctx context.Context) error {
		if err := s.sessions.Touch(ctx, a.session); err != nil {
			return err
		}
		if err := s.Grant(ctx, a.flow.RealmID, a.session.UserID, a.app.ID, a.flow.Scopes); err != nil {
			return err
		}
		return s.flows.Prove(ctx, a.flow, flow.Proof{Step: flow.Consent, SessionID: a.session.ID})
	})
}

func (s *Service) page(c *gin.Context, a asked, status int, faults ...*fault.Fault) error {
	person, err := s.accounts.ByID(c.Request.Context(), a.flow.RealmID, a.session.UserID)
	if err != nil {
		return err
	}
	frame := templates.Frame{FlowID: a.flow.ID, Proof: s.flows.Proof(a.flow, flow.Consent, boundTo(a.session))}
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	return web.Page(c, status, &templates.Consent{
		Frame:   frame,
		App:     a.app.Face(a.flow.Request.Get("redirect_uri")),
		Account: templates.Account{Name: person.Name, Email: person.Email},
		Scopes:  wishes(a.flow.Scopes),
	})
}

// wishes are the scopes as the page lists them: openid says nothing that the others
// do not, unless it is alone.
func wishes(scopes []string) []string {
	if others := Missing([]string{"openid"}, scopes); len(others) > 0 {
		return others
	}
	return scopes
}
