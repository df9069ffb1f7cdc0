package mfa

import (
	"net/http"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
)

func (s *Service) showTOTP(o *own) error { return s.totpPage(o, http.StatusOK) }

// changeTOTP begins, confirms, gives up and removes the authenticator application. The
// page is shown by GET in between, so that it can be looked at again while the code
// comes.
func (s *Service) changeTOTP(o *own) error {
	form, err := o.form()
	if err != nil {
		return err
	}
	switch form.Get("action") {
	case "begin":
		if err := s.BeginTOTP(o.ctx, o.realm, o.user.ID, o.session.ID); err != nil {
			return err
		}
		return o.done(pathTOTP, "")
	case actionCancel:
		if err := s.totp.Cancel(o.ctx, o.realm.ID, o.user.ID, o.session.ID); err != nil {
			return err
		}
		return o.done(pathTOTP, "")
	case "remove":
		err := s.Remove(o.ctx, o.realm, o.session, TOTP)
		if wrong, status, ok := shown(o.Context, err); ok {
			return s.totpPage(o, status, wrong)
		}
		if err != nil {
			return err
		}
		return o.done(pathFactors, "mfa_totp_removed")
	case "confirm":
		return s.confirmTOTP(o, form.Get("code"))
	}
	return s.totpPage(o, http.StatusUnprocessableEntity, errNoChoice)
}

func (s *Service) confirmTOTP(o *own, code string) error {
	if code == "" {
		return s.totpPage(o, http.StatusUnprocessableEntity, errNoCode)
	}
	cookie, codes, err := s.ConfirmTOTP(o.ctx, o.realm, o.session, code)
	if wrong, status, ok := shown(o.Context, err); ok {
		return s.totpPage(o, status, wrong)
	}
	if err != nil {
		return err
	}
	session.Keep(o.Context, cookie)
	if codes {
		return o.done(pathRecovery, "mfa_totp_added")
	}
	return o.done(pathFactors, "mfa_totp_added")
}

func (s *Service) totpPage(o *own, status int, faults ...*fault.Fault) error {
	page := &templates.AccountTOTP{AccountFrame: o.frame(faults...)}
	var err error
	if page.Enrolled, err = s.totp.Enrolled(o.ctx, o.realm.ID, o.user.ID); err != nil {
		return err
	}
	address, err := s.totp.Pending(o.ctx, o.realm.ID, o.user.ID, o.session.ID)
	if err != nil {
		return err
	}
	if address != "" {
		if page.Pending, err = authenticator(address); err != nil {
			return err
		}
	}
	return web.Page(o.Context, status, page)
}
