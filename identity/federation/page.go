package federation

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
	"authserver/tenant/limit"
	"authserver/tenant/realm"
)

// Mount adds the way to the providers and back, the pages on it, those of the account,
// and the same for programs.
func (s *Service) Mount(m *web.Mux) {
	attempts := []web.Bound{{Name: limit.SignInIP}, {Name: limit.SignInRealm}}
	m.Pages.Throttle(attempts...).POST("/federation/:provider/start", s.flows.Handle(flow.Login, s.start))
	// Other sites send people here, so these two trust nothing but the state.
	back := m.Front.Throttle(attempts...)
	back.GET("/federation/:provider/callback", s.callback)
	back.POST("/federation/:provider/callback", s.postedBack)
	m.Pages.GET(pathProve, s.flows.Handle(flow.Login, s.showProve))
	m.Pages.GET(pathFailed, s.flows.Handle(flow.Login, s.showFailed))
	m.Pages.GET("/federation/link", s.flows.Handle(flow.LinkProvider, s.within(s.showLink)))
	m.Pages.POST("/federation/link", s.flows.Handle(flow.LinkProvider, s.within(s.answerLink)))
	s.mountAccount(m.Account)
	s.mountMe(m.Me)
}

// Pages of the sign-in beside the usual one, below the realm.
const (
	pathProve  = "/federation/prove"
	pathFailed = "/federation/failed"
)

// Providers are the buttons of the sign-in page of the flow.
func (s *Service) Providers(ctx context.Context, f *flow.Flow) ([]templates.Provider, error) {
	offered, err := s.Offered(ctx, f.RealmID, f.ApplicationID)
	if err != nil {
		return nil, err
	}
	var buttons []templates.Provider
	for _, p := range offered {
		buttons = append(buttons, p.face())
	}
	return buttons, nil
}

func (p *Provider) face() templates.Provider { return templates.Provider{Slug: p.Slug, Name: p.Name} }

// start sends a person who wants to sign in upstream.
func (s *Service) start(c *gin.Context, f *flow.Flow) error {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	slug := c.Param("provider")
	p, err := s.offered(ctx, in.ID, f.ApplicationID, func(p *Provider) bool { return p.Slug == slug })
	if err != nil {
		return err
	}
	address, err := s.leave(ctx, in, p, s.flows.Browser(c), trip{
		purpose: purposeSignIn, flowID: f.ID, again: again(f), hint: f.LoginHint, language: web.Language(c),
	})
	if err != nil {
		return s.failed(c, f, p, err)
	}
	return s.goUpstream(c, f, p, address)
}

// again reports whether the flow is about a new sign-in, which the provider's memory of
// an old one does not give.
func again(f *flow.Flow) bool { return f.Wants("login") || f.MaxAge != nil }

// goUpstream shows the page that leads to the provider; f is nil on the way from the
// account.
func (s *Service) goUpstream(c *gin.Context, f *flow.Flow, p *Provider, address string) error {
	app, err := s.face(c, f)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.FederationStart{App: app, Provider: p.face(), URL: address})
}

// failed leads to the page that says so, with nothing of what the provider wrote.
func (s *Service) failed(c *gin.Context, f *flow.Flow, p *Provider, err error) error {
	var why *failure
	if !errors.As(err, &why) {
		return err
	}
	if err := s.note(c.Request.Context(), p, f.ApplicationID, err); err != nil {
		return err
	}
	said, _ := fault.Of(why)
	q := url.Values{"provider": {p.Slug}, "code": {said.Code}}
	return web.Redirect(c, s.flows.URLAt(f, flow.Login, pathFailed)+"&"+q.Encode())
}

// failures are those that a page can be asked to show.
func failures() []*fault.Fault {
	return []*fault.Fault{ErrRefused, ErrCancelled, ErrUnavailable, ErrNoAccount, ErrNoEmail, ErrTaken, ErrLinkedOther}
}

func failureOf(code string) *fault.Fault {
	if i := slices.IndexFunc(failures(), func(f *fault.Fault) bool { return f.Code == code }); i >= 0 {
		return failures()[i]
	}
	return ErrRefused
}

func (s *Service) showFailed(c *gin.Context, f *flow.Flow) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	p, err := s.BySlug(ctx, f.RealmID, query.Get("provider"))
	if errors.Is(err, ErrNotFound) {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	if err != nil {
		return err
	}
	app, err := s.face(c, f)
	if err != nil {
		return err
	}
	said, status := failureOf(query.Get("code")), http.StatusForbidden
	switch said.Kind {
	case fault.Unavailable:
		status = http.StatusServiceUnavailable
	case fault.Conflict:
		status = http.StatusConflict
	}
	return web.Page(c, status, &templates.FederationFailed{
		Frame: s.frame(f, flow.Login), App: app, Provider: p.face(), Code: said.Code, SignInURL: s.flows.URL(f, flow.Login),
	})
}

// showProve tells a person that the account with their address must be signed in to
// before an identity can be linked with it.
func (s *Service) showProve(c *gin.Context, f *flow.Flow) error {
	w, err := s.waiting(c.Request.Context(), f, "")
	if err != nil {
		return err
	}
	if w == nil {
		return web.Redirect(c, s.flows.ReturnURL(f))
	}
	app, err := s.face(c, f)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.FederationProve{
		Frame: s.frame(f, flow.Login), App: app, Provider: w.provider.face(), Email: w.Label, SignInURL: s.flows.URL(f, flow.Login),
	})
}

func (s *Service) frame(f *flow.Flow, step flow.Step) templates.Frame {
	return templates.Frame{FlowID: f.ID, Proof: s.flows.Proof(f, step)}
}

// face is the application as the person sees it; none for the account, or for one that
// is gone by now.
func (s *Service) face(c *gin.Context, f *flow.Flow) (templates.App, error) {
	if f == nil || f.Account() {
		return templates.App{}, nil
	}
	app, err := s.applications.ByID(c.Request.Context(), f.RealmID, f.ApplicationID)
	if errors.Is(err, application.ErrNotFound) {
		return templates.App{}, nil
	}
	if err != nil {
		return templates.App{}, err
	}
	return app.Face(f.Request.Get("redirect_uri")), nil
}
