package mfa

import (
	"net/http"
	"slices"

	"authserver/identity/gate"
	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
)

// showAsk asks for the factor that the address names, else for the most sensible one.
func (s *Service) showAsk(v *visit) error {
	query, err := web.Query(v.Context)
	if err != nil {
		return err
	}
	return s.askPage(v, query.Get("method"), http.StatusOK)
}

// ask answers the form: it sends a code, or takes one.
func (s *Service) ask(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	method := form.Get("method")
	switch form.Get("action") {
	case actionCancel:
		return s.deny(v)
	case actionSend:
		if err := s.Send(v.ctx, v.realm, v.flow, v.session, method); err != nil {
			return s.askAgain(v, method, err)
		}
		return s.to(v, pathAsk, "method", method)
	}
	code := form.Get("code")
	if code == "" {
		return s.askPage(v, method, http.StatusUnprocessableEntity, errNoCode)
	}
	name := gate.TrustedCookie(v.realm.Slug)
	out, err := s.Pass(v.ctx, v.realm, v.flow, v.session, Guess{
		Method: method, Code: code, Trust: form.Get("trust") == "1", Trusted: web.Cookie(v.Context, name),
	})
	if err != nil {
		return s.askAgain(v, method, err)
	}
	session.Keep(v.Context, out.Cookie)
	if out.Trusted != "" {
		web.SetCookie(v.Context, name, out.Trusted, v.realm.Policy.TrustDevice)
	}
	return s.back(v)
}

func (s *Service) askAgain(v *visit, method string, err error) error {
	if wrong, code, ok := shown(v.Context, err); ok {
		return s.askPage(v, method, code, wrong)
	}
	return err
}

// askPage shows the form for the method if the person has it, else for their first one.
// Who has none any more goes back to the dispatcher, which knows what that means.
func (s *Service) askPage(v *visit, method string, status int, faults ...*fault.Fault) error {
	kinds, once, err := s.askable(v.ctx, v.realm, v.session)
	if err != nil {
		return err
	}
	if len(kinds) == 0 {
		return s.back(v)
	}
	left, err := s.codesLeft(v.ctx, v.realm.ID, v.user.ID)
	if err != nil {
		return err
	}
	if left > 0 {
		kinds = append(kinds, Recovery)
	}
	if !slices.Contains(kinds, method) {
		method = kinds[0]
	}
	page := &templates.SecondFactor{Frame: s.frame(v, faults...), Method: method, TrustDays: days(v.realm.Policy.TrustDevice)}
	if once { // it is no second factor that a browser could be spared
		page.TrustDays = 0
	}
	if page.App, err = s.face(v); err != nil {
		return err
	}
	for _, kind := range kinds {
		if kind != method {
			page.Others = append(page.Others, templates.FactorChoice{Kind: kind, URL: s.at(v, pathAsk, "method", kind)})
		}
	}
	switch method {
	case Passkey:
		page.PasskeyURL = s.at(v, pathAskPasskey)
	case SMS, Email:
		p, _ := purpose(method)
		page.To = masked(method, v.user)
		if page.Sent, page.Wait, err = s.waiting(v, p, addressOf(method, v.user)); err != nil {
			return err
		}
	}
	return web.Page(v.Context, status, page)
}
