package consent

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
)

// Accounts names the person on the page. identity/user fulfils it.
type Accounts interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

var errNoChoice = fault.New(fault.Invalid, "choice_missing", "Choose how to go on.")

// Mount adds the step page.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET("/consent", s.show)
	m.Pages.POST("/consent", s.answer)
}

// load returns the flow and the session that the page is about. A form is bound to
// the session whose account it showed: what one person was asked, nobody else answers.
func (s *Service) load(c *gin.Context) (*flow.Flow, *session.Session, error) {
	current, err := s.Sessions.Of(c)
	if err != nil {
		return nil, nil, err
	}
	bound := ""
	if current != nil {
		bound = current.ID
	}
	f, err := s.Flows.Load(c, flow.Consent, bound)
	return f, current, err
}

func (s *Service) show(c *gin.Context) error {
	f, current, err := s.load(c)
	if err != nil {
		return s.Flows.Refuse(c, err)
	}
	if current == nil { // signed out meanwhile: the dispatcher asks again
		return web.Redirect(c, s.Flows.ReturnURL(f))
	}
	return s.page(c, f, current, http.StatusOK)
}

func (s *Service) answer(c *gin.Context) error {
	f, current, err := s.load(c)
	if err != nil {
		return s.Flows.Refuse(c, err)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if current == nil {
		return web.Redirect(c, s.Flows.ReturnURL(f))
	}
	ctx := asUser(c.Request.Context(), current.UserID, f.ApplicationID)
	switch form.Get("action") {
	case "allow":
		err = s.allow(ctx, f, current)
	case "deny":
		err = s.Flows.Deny(ctx, f)
	default:
		return s.page(c, f, current, http.StatusUnprocessableEntity, errNoChoice)
	}
	if err != nil {
		return s.Flows.Refuse(c, err)
	}
	return web.Redirect(c, s.Flows.ReturnURL(f))
}

// allow stores the consent and the proof of the step together.
func (s *Service) allow(ctx context.Context, f *flow.Flow, current *session.Session) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.Grant(ctx, f.RealmID, current.UserID, f.ApplicationID, f.Scopes); err != nil {
			return err
		}
		return s.Flows.Prove(ctx, f, flow.Proof{Step: flow.Consent, SessionID: current.ID})
	})
}

func (s *Service) page(c *gin.Context, f *flow.Flow, current *session.Session, status int, faults ...*fault.Fault) error {
	ctx := c.Request.Context()
	app, err := s.Applications.ByID(ctx, f.RealmID, f.ApplicationID)
	if err != nil {
		return err
	}
	person, err := s.Accounts.ByID(ctx, f.RealmID, current.UserID)
	if err != nil {
		return err
	}
	page := &templates.Consent{
		Frame:   templates.Frame{FlowID: f.ID, Proof: s.Flows.Proof(f, flow.Consent, current.ID)},
		App:     templates.App{Name: app.Name, LogoURL: app.LogoURL, HomeURL: app.HomeURL},
		Account: templates.Account{Name: person.Name, Email: person.Email},
		Scopes:  shown(f.Scopes),
	}
	if u, err := url.Parse(f.Request.Get("redirect_uri")); err == nil {
		page.App.Host = u.Host
	}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	return web.Page(c, status, page)
}

// shown leaves openid out where it says nothing: whoever gives an application their
// name gives it their identity.
func shown(scopes []string) []string {
	if len(scopes) < 2 {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(scope string) bool { return scope == "openid" })
}

// asUser says that the person acts, from where the request came.
func asUser(ctx context.Context, userID, applicationID string) context.Context {
	actor, _ := event.ActorFrom(ctx)
	actor.Kind, actor.ID, actor.ApplicationID = "user", userID, applicationID
	return event.WithActor(ctx, actor)
}
