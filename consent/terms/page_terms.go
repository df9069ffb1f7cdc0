package terms

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

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

var (
	errMissing  = fault.New(fault.Invalid, "document_missing", "Tick the box to accept, or decline below.")
	errNoChoice = fault.New(fault.Invalid, "choice_missing", "Choose how to go on.")
)

// Mount adds the step of the sign-in, the public documents, and what people accepted.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET("/terms", s.show)
	m.Pages.POST("/terms", s.answer)
	m.Pages.GET("/legal", s.showLegal)
	m.Pages.GET("/legal/:kind", s.showDocument)
	m.Pages.GET("/legal/:kind/:version", s.showVersion)
	shared := m.Protocol.CORS(web.AnyOrigin)
	shared.GET("/documents", s.publicAll)
	shared.GET("/documents/:kind", s.publicOne)
	m.Account.GET("/privacy/documents", s.showAccepted)
	m.Me.GET("/documents", s.meDocuments)
	m.Me.POST("/documents/accept", s.meAccept)
}

// asked is what the page is about: whom it asks, for which application, and for what.
type asked struct {
	flow    *flow.Flow
	session *session.Session
	app     *application.Application
	owed    []*Document
}

// open finds what the page is about. Its form is bound to the session that it was shown
// to: nobody agrees to anything in somebody else's name. Nothing is owed when nobody can
// answer; the dispatcher then decides anew.
func (s *Service) open(c *gin.Context) (asked, error) {
	current, err := s.sessions.Of(c)
	if err != nil {
		return asked{}, err
	}
	f, err := s.flows.Load(c, flow.Terms, boundTo(current))
	if err != nil {
		return asked{}, err
	}
	a := asked{flow: f, session: current}
	if current == nil {
		return a, nil
	}
	ctx := c.Request.Context()
	a.app, err = s.apps.ByID(ctx, f.RealmID, f.ApplicationID)
	if errors.Is(err, application.ErrNotFound) {
		return a, nil
	}
	if err != nil {
		return asked{}, err
	}
	a.owed, err = s.Outstanding(ctx, f.RealmID, f.ApplicationID, current.UserID)
	return a, err
}

func boundTo(current *session.Session) string {
	if current == nil {
		return "nobody"
	}
	return current.ID
}

func (s *Service) show(c *gin.Context) error {
	a, err := s.open(c)
	switch {
	case err != nil:
		return s.flows.Refuse(c, err)
	case len(a.owed) == 0:
		return web.Redirect(c, s.flows.ReturnURL(a.flow))
	}
	return s.page(c, a, http.StatusOK, nil)
}

func (s *Service) answer(c *gin.Context) error {
	a, err := s.open(c)
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	var wrong []*fault.Fault
	switch action := form.Get("action"); {
	case action == "decline":
		err = s.flows.Deny(c.Request.Context(), a.flow)
	case len(a.owed) == 0:
	case action != "accept":
		wrong = []*fault.Fault{errNoChoice}
	default:
		if wrong = a.unticked(form); len(wrong) == 0 {
			err = s.agree(c.Request.Context(), a, web.Language(c))
		}
	}
	switch {
	case errors.Is(err, ErrChanged):
		return s.page(c, a, http.StatusConflict, form, ErrChanged)
	case len(wrong) > 0:
		return s.page(c, a, http.StatusUnprocessableEntity, form, wrong...)
	case err != nil && !errors.Is(err, session.ErrEnded):
		return s.flows.Refuse(c, err)
	}
	return web.Redirect(c, s.flows.ReturnURL(a.flow))
}

// box begins the name of the box of a document.
const box = "accept-"

// unticked says what is not accepted. Boxes are named by version: a form of before a new
// one came into force accepts nothing that was not on the page.
func (a asked) unticked(form url.Values) []*fault.Fault {
	var wrong []*fault.Fault
	for _, d := range a.owed {
		if form.Get(box+d.ID) == "" {
			wrong = append(wrong, errMissing.At(box+d.ID))
		}
	}
	for name := range form {
		ticked, isBox := strings.CutPrefix(name, box)
		if isBox && !slices.ContainsFunc(a.owed, func(d *Document) bool { return d.ID == ticked }) {
			return append([]*fault.Fault{ErrChanged}, wrong...)
		}
	}
	return wrong
}

// agree notes the acceptances and proves the step, for the session that said it.
func (s *Service) agree(ctx context.Context, a asked, language string) error {
	ids := make([]string, 0, len(a.owed))
	for _, d := range a.owed {
		ids = append(ids, d.ID)
	}
	return s.db.InTx(event.Acting(ctx, event.User, a.session.UserID, a.flow.ApplicationID), func(ctx context.Context) error {
		if err := s.sessions.Touch(ctx, a.session); err != nil {
			return err
		}
		if err := s.Accept(ctx, a.flow.RealmID, a.session.UserID, a.flow.ApplicationID, ChannelSignIn, language, ids); err != nil {
			return err
		}
		return s.flows.Prove(ctx, a.flow, flow.Proof{Step: flow.Terms, SessionID: a.session.ID})
	})
}

func (s *Service) page(c *gin.Context, a asked, status int, form url.Values, faults ...*fault.Fault) error {
	frame := templates.Frame{FlowID: a.flow.ID, Proof: s.flows.Proof(a.flow, flow.Terms, boundTo(a.session))}
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	p := &templates.Terms{Frame: frame, App: a.app.Face(a.flow.Request.Get("redirect_uri"))}
	ctx := c.Request.Context()
	for _, d := range a.owed {
		text, err := s.reading(ctx, d, web.Language(c))
		if err != nil {
			return err
		}
		text.Checked = form.Get(box+d.ID) != ""
		p.Documents = append(p.Documents, text)
	}
	return web.Page(c, status, p)
}

// reading is a document in force as pages show it.
func (s *Service) reading(ctx context.Context, d *Document, language string) (templates.LegalText, error) {
	text := d.In(language)
	html, err := s.HTML(ctx, d, text)
	if err != nil {
		return templates.LegalText{}, err
	}
	owner, err := s.shelf(ctx, d.RealmID)
	if err != nil {
		return templates.LegalText{}, err
	}
	return templates.LegalText{
		ID: d.ID, Kind: d.Kind, Title: text.Title, Version: d.Version, Since: owner.since(d, s.now()), Language: text.Language, HTML: html,
		URL: "/realms/" + realm.From(ctx).Slug + "/legal/" + d.Kind,
	}, nil
}
