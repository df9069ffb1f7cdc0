package passkey

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

// visit is a person who has signed in and must do something more in the flow.
type visit struct {
	*gin.Context
	realm   *realm.Realm
	flow    *flow.Flow
	session *session.Session
}

// within makes a page for who is signed in. Without a session only the dispatcher knows
// what to do.
func (s *Service) within(h func(*visit) error) func(*gin.Context, *flow.Flow) error {
	return func(c *gin.Context, f *flow.Flow) error {
		current, err := s.sessions.Of(c)
		if err != nil {
			return err
		}
		if current == nil {
			return web.Redirect(c, s.flows.ReturnURL(f))
		}
		return h(&visit{c, realm.From(c.Request.Context()), f, current})
	}
}

// enrolling is within for who has signed in within this very flow. Whoever brings another
// session to its address, one that they found or stole, goes back to the dispatcher: a
// sign-in of long ago adds no passkey.
func (s *Service) enrolling(h func(*visit) error) func(*gin.Context, *flow.Flow) error {
	return s.within(func(v *visit) error {
		if !v.flow.Proven(flow.Login, v.session.ID) {
			return web.Redirect(v.Context, s.flows.ReturnURL(v.flow))
		}
		return h(v)
	})
}

func (s *Service) askConfirm(v *visit) error {
	o, err := s.FactorOptions(v.Request.Context(), v.realm, v.flow, v.session)
	return question(v.Context, o, err)
}

func (s *Service) showConfirm(v *visit) error {
	has, err := s.Enrolled(v.Request.Context(), v.realm.ID, v.session.UserID)
	if err != nil {
		return err
	}
	if !has {
		return web.Redirect(v.Context, s.flows.URL(v.flow, flow.SecondFactor))
	}
	return s.confirmPage(v, http.StatusOK)
}

func (s *Service) confirm(v *visit) error {
	form, err := web.Form(v.Context)
	if err != nil {
		return err
	}
	cookie, err := s.Confirm(v.Request.Context(), v.realm, v.flow, v.session, []byte(form.Get(credential)))
	if wrong, ok := isFault(err); ok {
		return s.confirmPage(v, http.StatusUnprocessableEntity, wrong)
	}
	return s.goOn(v, cookie, s.flows.ReturnURL(v.flow), err)
}

// goOn leads on with the session's new cookie. A session that ended in this moment is the
// dispatcher's to see.
func (s *Service) goOn(v *visit, cookie, next string, err error) error {
	if err != nil && !errors.Is(err, session.ErrEnded) {
		return err
	}
	if err != nil {
		return web.Redirect(v.Context, s.flows.ReturnURL(v.flow))
	}
	session.Keep(v.Context, cookie)
	return web.Redirect(v.Context, next)
}

func (s *Service) confirmPage(v *visit, status int, faults ...*fault.Fault) error {
	app, err := s.face(v.Context, v.flow)
	if err != nil {
		return err
	}
	return web.Page(v.Context, status, &templates.PasskeyConfirm{
		Frame: s.frame(v.flow, flow.SecondFactor, faults), App: app, OtherURL: s.flows.URL(v.flow, flow.SecondFactor),
	})
}

func (s *Service) askEnrol(v *visit) error {
	o, err := s.RegisterOptions(v.Request.Context(), v.realm, v.session.UserID, v.flow.ID)
	return question(v.Context, o, err)
}

func (s *Service) showEnrol(v *visit) error { return s.enrolPage(v, http.StatusOK, "") }

func (s *Service) enrol(v *visit) error {
	form, err := web.Form(v.Context)
	if err != nil {
		return err
	}
	name := form.Get("label")
	cookie, next, err := s.Enrol(v.Request.Context(), v.realm, v.flow, v.session, []byte(form.Get(credential)), name)
	if wrong, ok := isFault(err); ok {
		return s.enrolPage(v, http.StatusUnprocessableEntity, name, wrong)
	}
	return s.goOn(v, cookie, next, err)
}

func (s *Service) enrolPage(v *visit, status int, name string, faults ...*fault.Fault) error {
	app, err := s.face(v.Context, v.flow)
	if err != nil {
		return err
	}
	return web.Page(v.Context, status, &templates.PasskeyEnrol{
		Frame: s.frame(v.flow, flow.Enrol, faults), App: app, Label: name, OtherURL: s.flows.URL(v.flow, flow.Enrol),
	})
}
