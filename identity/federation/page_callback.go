package federation

import (
	"context"
	"errors"
	"net/url"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

// returned are the parameters that an answer is read of. Descriptions of errors, and the
// name that Apple posts beside the token, are nobody's word (INC-064).
func returned() []string { return []string{"state", "code", "iss", "error"} }

// postedBack is the answer of a provider that posts (response_mode form_post). The
// browser keeps our cookies back from another site's POST; it sends them with the GET
// that this leads to, where they say whose answer it is.
func (s *Service) postedBack(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	p, err := s.upstreamOf(c)
	if err != nil {
		return err
	}
	if !p.postsBack() {
		return errNotOffered
	}
	query := url.Values{}
	for _, name := range returned() {
		if form.Has(name) {
			query.Set(name, form.Get(name))
		}
	}
	return web.Redirect(c, c.Request.URL.Path+"?"+query.Encode())
}

// upstreamOf is the provider of the address.
func (s *Service) upstreamOf(c *gin.Context) (*Provider, error) {
	ctx := c.Request.Context()
	p, err := s.BySlug(ctx, realm.From(ctx).ID, c.Param("provider"))
	if errors.Is(err, ErrNotFound) {
		return nil, errNotOffered
	}
	return p, err
}

// callback takes a person back.
func (s *Service) callback(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	p, err := s.upstreamOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	t, err := s.arrive(ctx, realm.From(ctx), p, s.flows.Browser(c), query.Get("state"))
	if err != nil {
		return err
	}
	said := callback{code: query.Get("code"), issuer: query.Get("iss"), fault: query.Get("error")}
	if t.purpose == purposeLink {
		return s.backToAccount(c, p, t, said)
	}
	return s.backToFlow(c, p, t, said)
}

// backToFlow signs the person in and leads back to the dispatcher.
func (s *Service) backToFlow(c *gin.Context, p *Provider, t *trip, said callback) error {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	f, err := s.flows.Resume(ctx, t.flowID, s.flows.Browser(c))
	if err != nil {
		return err
	}
	web.PreferLanguage(c, f.Language)
	prior, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	out, err := s.welcome(ctx, in, f, p, t, said, prior)
	if err != nil {
		return s.failed(c, f, p, err)
	}
	if out.waits {
		return web.Redirect(c, s.flows.URLAt(f, flow.Login, pathProve))
	}
	session.Keep(c, out.cookie)
	return web.Redirect(c, s.flows.ReturnURL(f))
}

// welcome asks the provider who came back, and signs them in.
func (s *Service) welcome(ctx context.Context, in *realm.Realm, f *flow.Flow, p *Provider, t *trip, said callback, prior *session.Session) (*outcome, error) {
	if _, _, err := s.standing(ctx, in, f.ApplicationID, p); err != nil {
		return nil, err
	}
	who, err := s.hear(ctx, in, p, t, said)
	if err != nil {
		return nil, err
	}
	return s.signIn(ctx, in, f, p, who, prior)
}

// hear judges the answer and exchanges its code.
func (s *Service) hear(ctx context.Context, in *realm.Realm, p *Provider, t *trip, said callback) (person, error) {
	if err := s.answered(ctx, p, said); err != nil {
		return person{}, err
	}
	return s.exchange(ctx, in.Slug, p, said.code, t.q)
}

// backToAccount links the identity with the account that the person left from.
func (s *Service) backToAccount(c *gin.Context, p *Provider, t *trip, said callback) error {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	current, err := s.sessions.Of(c)
	if err != nil {
		return err
	}
	if current == nil || current.ID != t.sessionID || current.UserID != t.userID {
		return ErrStale // another person uses the browser by now
	}
	ctx = event.Acting(ctx, event.User, current.UserID, "")
	if _, _, err = s.standing(ctx, in, "", p); err == nil {
		var who person
		if who, err = s.hear(ctx, in, p, t, said); err == nil {
			err = s.linkTo(ctx, in, p, who, current)
		}
	}
	if err == nil {
		return web.Redirect(c, web.AccountURL(ctx, pathAccount, "provider_linked"))
	}
	return s.failedToLink(c, p, err)
}

// failedToLink leads to the account's page, which says what went wrong.
func (s *Service) failedToLink(c *gin.Context, p *Provider, err error) error {
	var why *failure
	if !errors.As(err, &why) {
		return err
	}
	ctx := c.Request.Context()
	if err := s.note(ctx, p, "", err); err != nil {
		return err
	}
	said, _ := fault.Of(why)
	return web.Redirect(c, web.AccountURL(ctx, pathAccount, "")+"?problem="+said.Code)
}
