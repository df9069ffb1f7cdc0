package login

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
)

var errNoChoice = fault.New(fault.Invalid, "choice_missing", "Choose how to go on.")

// showAccount asks whether to go on as the account that is signed in.
func (s *Service) showAccount(c *gin.Context) error {
	f, current, err := s.accountFlow(c)
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	if current == nil {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	return s.accountPage(c, f, current, http.StatusOK)
}

// selectAccount answers it. The form is bound to the session whose account it showed:
// if somebody else has signed in since, in another tab, nobody goes on as them.
func (s *Service) selectAccount(c *gin.Context) error {
	f, current, err := s.accountFlow(c)
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	switch form.Get("action") {
	case "continue":
		if current != nil {
			err = s.flows.Prove(ctx, f, flow.Proof{Step: flow.SelectAccount, SessionID: current.ID})
		}
	case "another":
		err = s.flows.Restart(ctx, f)
	case cancel:
		err = s.flows.Deny(ctx, f)
	default:
		if current != nil {
			return s.accountPage(c, f, current, http.StatusUnprocessableEntity, errNoChoice)
		}
	}
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	return web.Redirect(c, s.flows.ReturnURL(f))
}

// accountFlow loads the flow for the session that the browser has now.
func (s *Service) accountFlow(c *gin.Context) (*flow.Flow, *session.Session, error) {
	current, err := s.sessions.Of(c)
	if err != nil {
		return nil, nil, err
	}
	f, err := s.flows.Load(c, flow.SelectAccount, boundTo(current)...)
	return f, current, err
}

func boundTo(current *session.Session) []string {
	if current == nil {
		return []string{"nobody"}
	}
	return []string{current.ID}
}

func (s *Service) accountPage(c *gin.Context, f *flow.Flow, current *session.Session, status int, faults ...*fault.Fault) error {
	app, err := s.app(c, f)
	if err != nil {
		return err
	}
	u, err := s.users.ByID(c.Request.Context(), f.RealmID, current.UserID)
	if err != nil {
		return err
	}
	return web.Page(c, status, &templates.SelectAccount{
		Frame: s.frame(f, flow.SelectAccount, faults, boundTo(current)...), App: app,
		Account: templates.Account{Name: u.Name, Email: u.Email},
	})
}
