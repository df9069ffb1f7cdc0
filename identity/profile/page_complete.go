package profile

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// Mount adds the step page, the profile page of the account, and the same for
// programs.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET("/complete-profile", s.showComplete)
	m.Pages.POST("/complete-profile", s.complete)
	m.Account.GET("/profile", s.showProfile)
	m.Account.POST("/profile", s.saveProfile)
	m.Me.GET("", s.showMe)
	m.Me.PATCH("", s.changeMe)
}

// asked is what the step page is about: whom it asks, and for what.
type asked struct {
	flow    *flow.Flow
	session *session.Session
	user    *user.User
	app     *application.Application // nil on the way into the account
	schema  *Schema
	missing []string
}

// open finds what the page is about. Its form is bound to the session that it was
// shown to: what one person typed never lands with another who signed in meanwhile.
// Nothing is missing when nobody is signed in; the dispatcher then decides anew.
func (s *Service) open(c *gin.Context) (asked, error) {
	current, err := s.sessions.Of(c)
	if err != nil {
		return asked{}, err
	}
	f, err := s.flows.Load(c, flow.Profile, boundTo(current))
	if err != nil {
		return asked{}, err
	}
	a := asked{flow: f, session: current}
	if current == nil {
		return a, nil
	}
	ctx := c.Request.Context()
	if a.user, err = s.users.ByID(ctx, f.RealmID, current.UserID); err != nil {
		return asked{}, err
	}
	if !f.Account() {
		a.app, err = s.apps.ByID(ctx, f.RealmID, f.ApplicationID)
		if err != nil && !errors.Is(err, application.ErrNotFound) {
			return asked{}, err
		}
	}
	if a.schema, err = s.Schema(ctx, f.RealmID); err != nil {
		return asked{}, err
	}
	a.missing, err = s.Missing(ctx, realm.From(ctx), a.app, a.user)
	return a, err
}

func boundTo(current *session.Session) string {
	if current == nil {
		return "nobody"
	}
	return current.ID
}

func (s *Service) showComplete(c *gin.Context) error {
	a, err := s.open(c)
	switch {
	case err != nil:
		return s.flows.Refuse(c, err)
	case len(a.missing) == 0:
		return web.Redirect(c, s.flows.ReturnURL(a.flow))
	}
	return s.completePage(c, a, http.StatusOK, nil, nil)
}

func (s *Service) complete(c *gin.Context) error {
	a, err := s.open(c)
	if err != nil {
		return s.flows.Refuse(c, err)
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	switch {
	case form.Get("action") == "cancel":
		err = s.flows.Deny(c.Request.Context(), a.flow)
	case len(a.missing) > 0:
		err = s.fill(c.Request.Context(), realm.From(c.Request.Context()), a, form)
	}
	var faults Faults
	switch {
	case errors.As(err, &faults):
		return s.completePage(c, a, http.StatusUnprocessableEntity, form, faults)
	case err != nil && !errors.Is(err, session.ErrEnded):
		return s.flows.Refuse(c, err)
	}
	return web.Redirect(c, s.flows.ReturnURL(a.flow))
}

// fill stores what was missing and proves the step.
func (s *Service) fill(ctx context.Context, in *realm.Realm, a asked, form url.Values) error {
	inputs := a.inputs()
	change := a.schema.read(form, a.user, inputs)
	if faults := a.empty(form); len(faults) > 0 {
		// What is wrong beside that is told at the same time.
		_, more := a.schema.Check(Person, change.Values)
		for _, wrong := range append(more, change.Profile.Check()...) {
			if !slices.ContainsFunc(faults, func(f *fault.Fault) bool { return f.Field == wrong.Field }) {
				faults = append(faults, wrong)
			}
		}
		return Faults(faults)
	}
	ctx = event.Acting(ctx, event.User, a.user.ID, a.flow.ApplicationID)
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.sessions.Touch(ctx, a.session); err != nil {
			return err
		}
		after, err := s.Update(ctx, in, a.user, Person, change)
		if err != nil {
			return err
		}
		if left, err := s.Missing(ctx, in, a.app, after); err != nil || len(left) > 0 {
			return errors.Join(err, a.refuse(left))
		}
		return s.flows.Prove(ctx, a.flow, flow.Proof{Step: flow.Profile, SessionID: a.session.ID})
	})
}

// inputs are the names of the inputs for what is missing.
func (a asked) inputs() []string {
	var list []string
	for _, name := range a.missing {
		if name == "address" {
			list = append(list, addressParts()...)
			continue
		}
		list = append(list, name)
	}
	return list
}

// optional reports whether a part of the address may stay empty: not everywhere are
// there postal codes and regions.
func optional(name string) bool { return name == "postal_code" || name == "region" }

// empty are the faults of inputs that were left empty.
func (a asked) empty(form url.Values) []*fault.Fault {
	var faults []*fault.Fault
	for _, name := range a.inputs() {
		if f, own := a.schema.Field(name); own && f.Type == Boolean && !f.Required {
			continue // not ticked is an answer
		}
		if form.Get(name) == "" && !optional(name) {
			faults = append(faults, ErrRequired.At(name))
		}
	}
	return faults
}

// refuse are the faults of what is still not known, such as a name of blanks.
func (a asked) refuse(left []string) error {
	if len(left) == 0 {
		return nil
	}
	var faults Faults
	for _, name := range left {
		if name == "address" {
			name = addressParts()[0]
		}
		faults = append(faults, ErrRequired.At(name))
	}
	return faults
}

func (s *Service) completePage(c *gin.Context, a asked, status int, form url.Values, faults []*fault.Fault) error {
	page := &templates.CompleteProfile{
		Frame: templates.Frame{FlowID: a.flow.ID, Proof: s.flows.Proof(a.flow, flow.Profile, boundTo(a.session))},
	}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	if a.app != nil {
		page.App = a.app.Face(a.flow.Request.Get("redirect_uri"))
	}
	for _, name := range a.inputs() {
		in := a.input(name, web.Language(c))
		in.Required = in.Kind != "boolean" && !optional(name) || in.Required
		page.Inputs = append(page.Inputs, in)
	}
	refill(page.Inputs, form, faults)
	if !focus(page.Inputs) {
		page.Inputs[0].Focus = true
	}
	return web.Page(c, status, page)
}

func (a asked) input(name, lang string) templates.Input {
	if c, ok := findStandard(name); ok {
		return standardInput(c, suggestion(name, lang))
	}
	if f, ok := a.schema.Field(name); ok {
		return ownInput(f, nil, lang)
	}
	return addressInput(name, a.user.Address)
}

// suggestion is what the page offers for a claim that is not known.
func suggestion(name, lang string) string {
	if name == "locale" {
		return lang // the one that the person is reading
	}
	return ""
}
