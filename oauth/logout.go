package oauth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// These failures of a sign-out request are shown to the person: the request cannot
// be trusted with a redirect (OpenID Connect RP-Initiated Logout §4).
var (
	errHintInvalid      = fault.New(fault.Invalid, "id_token_hint_invalid", "The application sent a sign-out request that is not valid.")
	errPostLogoutTarget = fault.New(fault.Invalid, "post_logout_redirect_uri_invalid", "The application asked to return to an address that is not registered for it.")
)

// idTokenHint is what sign-out and authorize need of an ID token of ours.
type idTokenHint struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  audience `json:"aud"`
	SessionID string   `json:"sid"`
}

// readIDToken verifies an ID token that this realm issued, expired or not, also by
// a retired key.
func (s *Service) readIDToken(ctx context.Context, token string) (*idTokenHint, error) {
	r := realm.From(ctx)
	h, signed, payload, sig, err := parse(token)
	if err != nil || h.Type != typID {
		return nil, errToken
	}
	k, err := s.keys.ByID(ctx, r.ID, h.KeyID)
	if err != nil {
		return nil, notToken(err)
	}
	var hint idTokenHint
	if h.Algorithm != k.Algorithm || !verify(k, signed, sig) || json.Unmarshal(payload, &hint) != nil ||
		hint.Issuer != s.issuer(r.Slug) || hint.Subject == "" || len(hint.Audience) != 1 {
		return nil, errToken
	}
	return &hint, nil
}

// logoutRequest is a checked request to end the session.
type logoutRequest struct {
	hint     *idTokenHint
	app      *application.Application // nil when the request names none
	redirect string
	state    string
}

// logout serves GET and POST /oauth2/logout (OpenID Connect RP-Initiated Logout).
// With an ID token of the session at hand the application may end it; anybody else
// could have sent the browser here, so the person is asked (SES-09).
func (s *Service) logout(c *gin.Context) error {
	input := web.Query
	if c.Request.Method == http.MethodPost {
		input = web.Form
	}
	form, err := input(c)
	if err != nil {
		return err
	}
	web.PreferLanguage(c, locales(form)...)
	l, err := s.readLogout(c.Request.Context(), form)
	if err != nil {
		return err
	}
	current, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	if current == nil && c.Request.Method == http.MethodPost {
		address, ok := asGET(c, form)
		if !ok {
			return flow.ErrTooLarge // rather than say that somebody is signed out who is not
		}
		return web.Redirect(c, address)
	}
	switch {
	case current == nil:
		return s.signedOut(c, l)
	case l.hint != nil && l.hint.SessionID == current.ID:
		return s.end(c, l, current)
	}
	return s.confirm(c, l, form, current)
}

// confirm asks the person. The fields come back with the answer and are checked
// like new ones.
func (s *Service) confirm(c *gin.Context, l *logoutRequest, form url.Values, current *session.Session) error {
	web.AllowFormAction(c, l.redirect) // browsers hold form-action against the redirect after the form
	page := &templates.SignOut{App: l.app.Face("")}
	for _, name := range []string{"client_id", "post_logout_redirect_uri", "state", "id_token_hint"} {
		if form.Has(name) {
			page.Fields = append(page.Fields, templates.Field{Name: name, Value: form.Get(name)})
		}
	}
	person, err := s.users.ByID(c.Request.Context(), current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	page.Account = templates.Account{Name: person.Name, Email: person.Email}
	page.PostTo(pathSignOut)
	return web.Page(c, http.StatusOK, page)
}

// signOut serves POST /logout, the person's confirmation. The surface has checked
// that our own page sent it.
func (s *Service) signOut(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	l, err := s.readLogout(c.Request.Context(), form)
	if err != nil {
		return err
	}
	current, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	if current == nil {
		return s.signedOut(c, l)
	}
	return s.end(c, l, current)
}

// end ends the session and with it the grants that were not for offline access.
func (s *Service) end(c *gin.Context, l *logoutRequest, current *session.Session) error {
	ctx := c.Request.Context()
	if err := s.sessions.End(event.Acting(ctx, event.User, current.UserID, ""), current.RealmID, current.ID, session.SignedOut); err != nil {
		return err
	}
	session.Forget(c)
	return s.signedOut(c, l)
}

func (s *Service) signedOut(c *gin.Context, l *logoutRequest) error {
	if l.redirect == "" {
		page := &templates.SignedOut{App: l.app.Face("")}
		if l.app != nil {
			page.ReturnURL = l.app.HomeURL
		}
		return web.Page(c, http.StatusOK, page)
	}
	target := l.redirect
	if l.state != "" {
		target = withQuery(target, url.Values{"state": {l.state}})
	}
	return web.Redirect(c, target)
}

// readLogout checks the parameters. A redirect needs an application that has
// registered it, named by client_id or the hint, which must agree.
func (s *Service) readLogout(ctx context.Context, form url.Values) (*logoutRequest, error) {
	l := &logoutRequest{state: form.Get("state")}
	clientID := form.Get("client_id")
	if token := form.Get("id_token_hint"); token != "" {
		hint, err := s.readIDToken(ctx, token)
		if err != nil || clientID != "" && !slices.Contains(hint.Audience, clientID) {
			return nil, errHintInvalid
		}
		l.hint, clientID = hint, hint.Audience[0]
	}
	if clientID != "" {
		app, err := s.apps.ByClientID(ctx, realm.From(ctx).ID, clientID)
		if f, ok := fault.Of(err); ok && f.Kind == fault.NotFound || err == nil && !app.Enabled {
			return nil, errClientUnknown
		}
		if err != nil {
			return nil, err
		}
		l.app = app
	}
	target := form.Get("post_logout_redirect_uri")
	if target == "" {
		return l, nil
	}
	if l.app == nil || len(l.state) > maxState || !l.app.MatchPostLogout(target) {
		return nil, errPostLogoutTarget
	}
	l.redirect = target
	return l, nil
}
