package federation

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// pathAccount is where the pages stand below the account, and the rest below me.
const pathAccount = "/providers"

func (s *Service) mountAccount(m *web.Group) {
	m.GET(pathAccount, s.showLinked)
	fresh := m.Fresh()
	// INC-044: a link is asked for by a form of our own, after a recent sign-in.
	fresh.POST(pathAccount+"/:entry/link", s.startLink)
	fresh.GET(pathAccount+"/:entry/unlink", s.showUnlink)
	fresh.POST(pathAccount+"/:entry/unlink", s.unlink)
}

// mine is a request for the person's own things.
type mine struct {
	*gin.Context
	realm   *realm.Realm
	session *session.Session
}

func of(c *gin.Context) *mine {
	ctx := c.Request.Context()
	m := &mine{c, realm.From(ctx), session.From(ctx)}
	c.Request = c.Request.WithContext(event.Acting(ctx, event.User, m.session.UserID, ""))
	return m
}

func frame(sub bool, faults ...*fault.Fault) templates.AccountFrame {
	f := templates.AccountFrame{Section: "security", Sub: sub}
	for _, wrong := range faults {
		f.Problems = append(f.Problems, web.Problem(wrong))
	}
	return f
}

// overview are a person's links with their providers, and the providers that can be
// linked.
func (s *Service) overview(m *mine) (linked []templates.AccountProvider, available []*Provider, err error) {
	ctx := m.Request.Context()
	identities, err := s.Identities(ctx, m.realm.ID, m.session.UserID)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.List(ctx, m.realm.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range all {
		i := slices.IndexFunc(identities, func(i Identity) bool { return i.ProviderID == p.ID })
		switch {
		case i >= 0:
			linked = append(linked, entryOf(p, identities[i]))
		case p.Enabled:
			available = append(available, p)
		}
	}
	return linked, available, nil
}

func entryOf(p *Provider, i Identity) templates.AccountProvider {
	return templates.AccountProvider{
		ID: i.ID, Provider: p.face(), Label: i.Label, LinkedAt: i.CreatedAt, UsedAt: i.LastUsedAt, Off: !p.Enabled,
	}
}

func (s *Service) showLinked(c *gin.Context) error {
	m := of(c)
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	var faults []*fault.Fault
	if code := query.Get("problem"); code != "" {
		faults = append(faults, failureOf(code))
	}
	linked, available, err := s.overview(m)
	if err != nil {
		return err
	}
	page := &templates.AccountProviders{AccountFrame: frame(true, faults...), Linked: linked}
	for _, p := range available {
		page.Available = append(page.Available, p.face())
	}
	return web.Page(c, http.StatusOK, page)
}

// startLink sends a person upstream to link an identity with their account.
func (s *Service) startLink(c *gin.Context) error {
	m := of(c)
	ctx := c.Request.Context()
	slug := c.Param("entry")
	p, err := s.offered(ctx, m.realm.ID, "", func(p *Provider) bool { return p.Slug == slug })
	if err != nil {
		return err
	}
	address, err := s.leave(ctx, m.realm, p, s.flows.Bind(c), trip{
		purpose: purposeLink, sessionID: m.session.ID, userID: m.session.UserID, language: web.Language(c),
	})
	if err != nil {
		return s.failedToLink(c, p, err)
	}
	return s.goUpstream(c, nil, p, address)
}

// identityAt is the link that the address names, if it is the person's.
func (s *Service) identityAt(m *mine) (templates.AccountProvider, error) {
	linked, _, err := s.overview(m)
	if err != nil {
		return templates.AccountProvider{}, err
	}
	i := slices.IndexFunc(linked, func(l templates.AccountProvider) bool { return l.ID == m.Param("entry") })
	if i < 0 {
		return templates.AccountProvider{}, ErrIdentityNotFound
	}
	return linked[i], nil
}

func (s *Service) showUnlink(c *gin.Context) error {
	m := of(c)
	entry, err := s.identityAt(m)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.AccountProviderUnlink{AccountFrame: frame(true), Linked: entry})
}

func (s *Service) unlink(c *gin.Context) error {
	m := of(c)
	entry, err := s.identityAt(m)
	if err != nil {
		return err
	}
	err = s.Unlink(c.Request.Context(), m.realm, m.session.UserID, entry.ID)
	if wrong, ok := fault.Of(err); ok && wrong.Is(ErrLastWay) {
		return web.Page(c, http.StatusConflict, &templates.AccountProviderUnlink{AccountFrame: frame(true, wrong), Linked: entry})
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, web.AccountURL(c.Request.Context(), pathAccount, "provider_unlinked"))
}
