package federation

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// errNoAction asks for one of the page's buttons.
var errNoAction = fault.New(fault.Invalid, "choice_missing", "Choose how to go on.")

// visit is a person who has proven their account while an identity waits for it.
type visit struct {
	*gin.Context
	realm   *realm.Realm
	flow    *flow.Flow
	session *session.Session
	waiting *waiting
}

// within makes a page for who signed in within the flow, as the user for whom an
// identity waits. For all others only the dispatcher knows what to do.
func (s *Service) within(h func(*visit) error) func(*gin.Context, *flow.Flow) error {
	return func(c *gin.Context, f *flow.Flow) error {
		current, err := s.sessions.Of(c)
		if err != nil {
			return err
		}
		if current == nil || !f.Proven(flow.Login, current.ID) {
			return web.Redirect(c, s.flows.ReturnURL(f))
		}
		w, err := s.waiting(c.Request.Context(), f, current.UserID)
		if err != nil {
			return err
		}
		if w == nil {
			return web.Redirect(c, s.flows.ReturnURL(f))
		}
		return h(&visit{c, realm.From(c.Request.Context()), f, current, w})
	}
}

func (s *Service) showLink(v *visit) error { return s.linkPage(v, http.StatusOK) }

func (s *Service) linkPage(v *visit, status int, faults ...*fault.Fault) error {
	app, err := s.face(v.Context, v.flow)
	if err != nil {
		return err
	}
	u, err := s.users.ByID(v.Request.Context(), v.realm.ID, v.session.UserID)
	if err != nil {
		return err
	}
	page := &templates.FederationLink{
		Frame: s.frame(v.flow, flow.LinkProvider), App: app, Account: templates.Account{Name: u.Name, Email: u.Email},
		Provider: v.waiting.provider.face(), Label: v.waiting.Label,
	}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	return web.Page(v.Context, status, page)
}

// answerLink links, or goes on without.
func (s *Service) answerLink(v *visit) error {
	form, err := web.Form(v.Context)
	if err != nil {
		return err
	}
	ctx := v.Request.Context()
	switch form.Get("action") {
	case "link":
		err = s.confirm(ctx, v.realm, v.flow, v.waiting, v.session)
	case "skip":
		err = s.decline(ctx, v.flow, v.waiting, v.session)
	default:
		return s.linkPage(v, http.StatusUnprocessableEntity, errNoAction)
	}
	var why *failure
	if errors.As(err, &why) {
		if err := s.note(ctx, v.waiting.provider, v.flow.ApplicationID, err); err != nil {
			return err
		}
		return s.notLinked(v, why)
	}
	if err != nil {
		return err
	}
	return web.Redirect(v.Context, s.flows.ReturnURL(v.flow))
}

// notLinked says why, and leads on: the person is signed in all the same.
func (s *Service) notLinked(v *visit, why *failure) error {
	said, _ := fault.Of(why)
	return web.Page(v.Context, http.StatusConflict, &templates.ErrorPage{
		Status: http.StatusConflict, Code: said.Code, Message: said.Message,
		RequestID: web.RequestID(v.Request.Context()), BackURL: s.flows.ReturnURL(v.flow),
	})
}
