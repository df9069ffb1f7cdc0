package recovery

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// showConfirm takes the secret out of the address, so that it stays in no history and
// no log of what the page loads, and then asks for a new password. Following the link
// changes nothing (security rules MAIL-01 and MAIL-02).
func (s *Service) showConfirm(c *gin.Context) error {
	in := realm.From(c.Request.Context())
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	if token := query.Get("token"); token != "" {
		if len(token) > 64 { // what Issue never makes need not go into a cookie
			token = linkPrefix
		}
		web.SetCookie(c, proofCookie+in.Slug, token, proofKept)
		return web.Redirect(c, at(in, confirmPath))
	}
	proof, _, err := s.proof(c)
	if err != nil {
		return s.dead(c, err)
	}
	u, err := s.Owner(c.Request.Context(), in, proof)
	if err != nil {
		return s.dead(c, err)
	}
	return s.passwordPage(c, u, proof, http.StatusOK)
}

// confirm sets the password.
func (s *Service) confirm(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	in := realm.From(ctx)
	proof, method, err := s.proof(c)
	if err != nil {
		return s.dead(c, err)
	}
	u, err := s.Owner(ctx, in, proof)
	if err != nil {
		return s.dead(c, err)
	}
	chosen := form.Get("new_password")
	if chosen == "" {
		return s.passwordPage(c, u, proof, http.StatusUnprocessableEntity, errNoPassword)
	}
	err = s.Redeem(ctx, in, proof, method, chosen)
	if errors.Is(err, secret.ErrBusy) {
		c.Header("Retry-After", "2")
		return s.passwordPage(c, u, proof, http.StatusServiceUnavailable, secret.ErrBusy)
	}
	if broken := user.Broken(err, "new_password"); broken != nil {
		return s.passwordPage(c, u, proof, http.StatusUnprocessableEntity, broken...)
	}
	if err != nil {
		return s.dead(c, err)
	}
	web.ClearCookie(c, proofCookie+in.Slug)
	web.ClearCookie(c, askedCookie+in.Slug)
	address := at(in, donePath)
	if id := proof.Data[keyFlow]; id != "" {
		address += "?" + url.Values{"flow": {id}}.Encode()
	}
	return web.Redirect(c, address)
}

// dead leads on from what opens nothing any more.
func (s *Service) dead(c *gin.Context, err error) error {
	if !errors.Is(err, ErrDead) && !errors.Is(err, challenge.ErrDead) {
		return err
	}
	ctx := c.Request.Context()
	in := realm.From(ctx)
	web.ClearCookie(c, proofCookie+in.Slug)
	return web.Page(c, http.StatusGone, &templates.ErrorPage{
		Status: http.StatusGone, Code: ErrDead.Code, Message: ErrDead.Message, RequestID: web.RequestID(ctx), BackURL: at(in, recoverPath),
	})
}

func (s *Service) passwordPage(c *gin.Context, u *user.User, proof *challenge.Challenge, status int, faults ...*fault.Fault) error {
	ctx := c.Request.Context()
	app, err := s.app(ctx, u.RealmID, proof.Data[keyApplication])
	if err != nil {
		return err
	}
	rules := user.Rules(realm.From(ctx), u.Email, u.Name, app.Name)
	rules.Focus = true
	return web.Page(c, status, &templates.RecoverPassword{Frame: framed(faults), Email: u.Email, Password: rules})
}

// showDone leads back into the sign-in that was interrupted, if it goes on in this
// browser, else to the account.
func (s *Service) showDone(c *gin.Context) error {
	ctx := c.Request.Context()
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	next := at(realm.From(ctx), "/account")
	f, err := s.flows.Resume(ctx, query.Get("flow"), s.flows.Browser(c))
	if err == nil {
		next = s.flows.ReturnURL(f)
	} else if _, over := fault.Of(err); !over {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.RecoverDone{ContinueURL: next})
}
