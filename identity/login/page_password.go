package login

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

var errNoNewPassword = fault.New(fault.Invalid, "password_missing", "Enter a new password.").At("new_password")

// showPassword asks for a new password in the place of one that must not stay.
func (s *Service) showPassword(c *gin.Context, f *flow.Flow) error {
	u, err := s.owner(c, f)
	if err != nil {
		return err
	}
	if u == nil {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	return s.passwordPage(c, f, u.User, http.StatusOK)
}

// changePassword answers it. The present password was proven within this flow: Next
// asks for this step of nobody else. Every other session of the person ends, and this
// one gets a new cookie.
func (s *Service) changePassword(c *gin.Context, f *flow.Flow) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if form.Get("action") == cancel {
		return s.deny(c, f)
	}
	o, err := s.owner(c, f)
	if err != nil {
		return err
	}
	if o == nil {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	chosen := form.Get("new_password")
	if chosen == "" {
		return s.passwordPage(c, f, o.User, http.StatusUnprocessableEntity, errNoNewPassword)
	}
	app, err := s.app(c, f)
	if err != nil {
		return err
	}
	in := realm.From(c.Request.Context())
	ctx := o.acting(c.Request.Context(), f)
	p, err := s.users.NewPassword(ctx, f.RealmID, o.ID, chosen, app.Name)
	if errors.Is(err, secret.ErrBusy) {
		return s.busy(c, func(busy *fault.Fault) error {
			return s.passwordPage(c, f, o.User, http.StatusServiceUnavailable, busy)
		})
	}
	if broken := user.Broken(err, "new_password"); broken != nil {
		return s.passwordPage(c, f, o.User, http.StatusUnprocessableEntity, broken...)
	}
	if err != nil {
		return err
	}
	var value string
	err = s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.users.ChangePassword(ctx, f.RealmID, o.ID, p, o.session.ID); err != nil {
			return err
		}
		if value, err = s.sessions.Renew(ctx, o.session); err != nil {
			return err
		}
		if err := s.tellChanged(ctx, in, o.User, f.ApplicationID); err != nil {
			return err
		}
		return s.flows.Prove(ctx, f, flow.Proof{Step: flow.PasswordChange, SessionID: o.session.ID})
	})
	if errors.Is(err, session.ErrEnded) {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	if err != nil {
		return err
	}
	session.Keep(c, value)
	return web.Redirect(c, s.flows.ReturnURL(f))
}

// owner is the person whose password the page may change.
type owner struct {
	*user.User
	session *session.Session
}

// owner returns the person who signed in within the flow and is signed in still, or
// nil: then the dispatcher decides anew.
func (s *Service) owner(c *gin.Context, f *flow.Flow) (*owner, error) {
	current, err := s.sessions.Of(c)
	if err != nil || current == nil || !f.Proven(flow.Login, current.ID) {
		return nil, err
	}
	u, err := s.users.ByID(c.Request.Context(), f.RealmID, current.UserID)
	if err != nil {
		return nil, err
	}
	return &owner{u, current}, nil
}

// acting is the context in which the person themselves acts.
func (o *owner) acting(ctx context.Context, f *flow.Flow) context.Context {
	return event.Acting(ctx, event.User, o.ID, f.ApplicationID)
}

func (s *Service) passwordPage(c *gin.Context, f *flow.Flow, u *user.User, status int, faults ...*fault.Fault) error {
	app, err := s.app(c, f)
	if err != nil {
		return err
	}
	rules := user.Rules(realm.From(c.Request.Context()), u.Email, u.Name, app.Name)
	rules.Focus = true
	return web.Page(c, status, &templates.PasswordChange{
		Frame: s.frame(f, flow.PasswordChange, faults), App: app, Email: u.Email,
		Password: rules,
	})
}
