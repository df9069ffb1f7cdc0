package mfa

import (
	"net/http"
	"slices"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/phone"
	"authserver/internal/web"
	"authserver/templates"
)

// enrolling lets in only who has just signed in within the flow and has no factor yet.
// Everybody else gets the answer of a stale page, which leads back to the dispatcher.
func (s *Service) enrolling(h func(*visit) error) func(*visit) error {
	return func(v *visit) error {
		if !v.flow.Proven(flow.Login, v.session.ID) {
			return s.back(v)
		}
		if err := s.first(v.ctx, v.realm, v.user.ID); err != nil {
			return err
		}
		return h(v)
	}
}

func (s *Service) showSetup(v *visit) error { return s.setupPage(v, http.StatusOK) }

func (s *Service) setup(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	choice := form.Get("action")
	switch {
	case choice == actionCancel:
		return s.deny(v)
	case choice == TOTP:
		if err := s.BeginTOTP(v.ctx, v.realm, v.user.ID, v.flow.ID); err != nil {
			return err
		}
		return s.to(v, pathSetupApp)
	case choice == SMS && s.offers(v, SMS):
		return s.to(v, pathSetupSMS)
	case choice == Email && s.offers(v, Email):
		return s.to(v, pathSetupEmail)
	}
	return s.setupPage(v, http.StatusUnprocessableEntity, errNoChoice)
}

// offers reports whether the person could have a factor of the kind.
func (s *Service) offers(v *visit, kind string) bool {
	return allows(v.realm.Policy, kind) && (kind != Email || proven(v.user, Email))
}

func (s *Service) setupPage(v *visit, status int, faults ...*fault.Fault) error {
	page := &templates.FactorSetup{Frame: s.frame(v, faults...)}
	var err error
	if page.App, err = s.face(v); err != nil {
		return err
	}
	paths := map[string]string{Passkey: pathSetupPasskey, TOTP: pathSetupApp, SMS: pathSetupSMS, Email: pathSetupEmail}
	for _, kind := range Kinds() {
		if s.offers(v, kind) {
			page.Choices = append(page.Choices, templates.FactorChoice{Kind: kind, URL: s.at(v, paths[kind])})
		}
	}
	return web.Page(v.Context, status, page)
}

// showSetupApp shows the secret that was begun in this flow. There may be none, because
// it took too long: then the choice makes another one.
func (s *Service) showSetupApp(v *visit) error { return s.setupAppPage(v, http.StatusOK) }

func (s *Service) setupApp(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	code := form.Get("code")
	if code == "" {
		return s.setupAppPage(v, http.StatusUnprocessableEntity, errNoCode)
	}
	cookie, err := s.EnrolTOTP(v.ctx, v.realm, v.flow, v.session, code)
	if wrong, status, ok := shown(v.Context, err); ok {
		return s.setupAppPage(v, status, wrong)
	}
	return s.proceed(v, cookie, err)
}

// proceed leads on from a first factor: to the recovery codes.
func (s *Service) proceed(v *visit, cookie string, err error) error {
	if err != nil {
		return err
	}
	session.Keep(v.Context, cookie)
	return web.Redirect(v.Context, s.CodesURL(v.flow))
}

func (s *Service) setupAppPage(v *visit, status int, faults ...*fault.Fault) error {
	address, err := s.totp.Pending(v.ctx, v.realm.ID, v.user.ID, v.flow.ID)
	if err != nil {
		return err
	}
	if address == "" {
		return s.to(v, pathSetup)
	}
	secret, err := authenticator(address)
	if err != nil {
		return err
	}
	page := &templates.FactorSetupApp{Frame: s.frame(v, faults...), Authenticator: *secret, BackURL: s.at(v, pathSetup)}
	if page.App, err = s.face(v); err != nil {
		return err
	}
	return web.Page(v.Context, status, page)
}

func (s *Service) showSetupCode(kind string) func(*visit) error {
	return func(v *visit) error {
		if !s.offers(v, kind) {
			return s.to(v, pathSetup)
		}
		return s.setupCodePage(v, kind, "", http.StatusOK)
	}
}

// setupCode answers the form that proves a number or address. What is posted beside a
// phone number that the account does not have yet names no address.
func (s *Service) setupCode(kind string) func(*visit) error {
	path := map[string]string{SMS: pathSetupSMS, Email: pathSetupEmail}[kind]
	return func(v *visit) error {
		form, err := v.form()
		if err != nil {
			return err
		}
		number := form.Get("phone")
		again := func(err error) error {
			if wrong, status, ok := shown(v.Context, err); ok {
				return s.setupCodePage(v, kind, number, status, wrong)
			}
			return err
		}
		switch form.Get("action") {
		case actionCancel:
			return s.deny(v)
		case actionSend:
			if kind == SMS && number == "" && !proven(v.user, SMS) {
				return again(ErrPhoneMissing)
			}
			if err := s.SendEnrol(v.ctx, v.realm, v.flow, v.session, kind, number); err != nil {
				return again(err)
			}
			return s.to(v, path)
		}
		code := form.Get("code")
		if code == "" {
			return again(errNoCode)
		}
		cookie, err := s.EnrolCode(v.ctx, v.realm, v.flow, v.session, kind, code)
		if err != nil {
			return again(err)
		}
		return s.proceed(v, cookie, nil)
	}
}

func (s *Service) setupCodePage(v *visit, kind, number string, status int, faults ...*fault.Fault) error {
	page := &templates.FactorSetupCode{Frame: s.frame(v, faults...), Kind: kind, Phone: clip(number), BackURL: s.at(v, pathSetup)}
	var err error
	if page.App, err = s.face(v); err != nil {
		return err
	}
	if proven(v.user, kind) {
		page.To = masked(kind, v.user)
		page.Sent, page.Wait, err = s.waiting(v, enrolPurpose(kind, v.user), addressOf(kind, v.user))
	} else {
		err = s.numberPage(v, page)
	}
	if err != nil {
		return err
	}
	return web.Page(v.Context, status, page)
}

// numberPage fills the page of a number that is not proven yet: what was sent where, or
// the number to begin with.
func (s *Service) numberPage(v *visit, page *templates.FactorSetupCode) error {
	query, err := web.Query(v.Context)
	if err != nil {
		return err
	}
	to, err := s.liveNumber(v.ctx, v.realm.ID, v.flow.ID, v.user.ID)
	if err != nil {
		return err
	}
	if to == "" || query.Get("change") != "" || page.Phone != "" && len(page.Problems) > 0 && page.ProblemAt("code") == nil {
		if page.Phone == "" {
			page.Phone = v.user.Phone
		}
		return nil
	}
	page.Phone, page.To, page.ChangeURL = to, phone.Mask(to), s.at(v, pathSetupSMS, "change", "1")
	page.Sent, page.Wait, err = s.waiting(v, enrolPurpose(SMS, v.user), to)
	return err
}

// clip keeps what cannot be a number out of the page.
func clip(number string) string {
	if len(number) > 40 {
		return ""
	}
	return number
}

// showCodes shows the recovery codes that came with the first factor.
func (s *Service) showCodes(v *visit) error {
	codes, err := s.Sheet(v.ctx, v.realm.ID, v.user.ID, v.flow.ID)
	if err != nil {
		return err
	}
	if len(codes) == 0 {
		return s.back(v)
	}
	page := &templates.FactorSetupCodes{Frame: s.frame(v), Codes: slices.Clone(codes), DownloadURL: s.at(v, pathCodesText)}
	if page.App, err = s.face(v); err != nil {
		return err
	}
	return web.Page(v.Context, http.StatusOK, page)
}

func (s *Service) keepCodes(v *visit) error {
	if err := s.Keep(v.ctx, v.realm.ID, v.user.ID, v.flow.ID); err != nil {
		return err
	}
	return s.back(v)
}

func (s *Service) downloadCodes(v *visit) error {
	codes, err := s.Sheet(v.ctx, v.realm.ID, v.user.ID, v.flow.ID)
	if err != nil {
		return err
	}
	if len(codes) == 0 {
		return s.back(v)
	}
	return text(v.Context, v.realm, codes)
}
