package mfa

import (
	"net/http"

	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
)

// showRecovery shows how many recovery codes are left, and new ones to the session that
// made them until the person has kept them.
func (s *Service) showRecovery(o *own) error { return s.recoveryPage(o, http.StatusOK) }

func (s *Service) changeRecovery(o *own) error {
	form, err := o.form()
	if err != nil {
		return err
	}
	switch form.Get("action") {
	case "make":
		_, err := s.MakeCodes(o.ctx, o.realm, o.user.ID, o.session.ID)
		if wrong, _, ok := shown(o.Context, err); ok {
			return s.recoveryPage(o, http.StatusUnprocessableEntity, wrong)
		}
		if err != nil {
			return err
		}
		return o.done(pathRecovery, "")
	case "kept":
		if err := s.Keep(o.ctx, o.realm.ID, o.user.ID, o.session.ID); err != nil {
			return err
		}
		return o.done(pathFactors, "mfa_codes_kept")
	}
	return s.recoveryPage(o, http.StatusUnprocessableEntity, errNoChoice)
}

func (s *Service) recoveryPage(o *own, status int, faults ...*fault.Fault) error {
	page := &templates.AccountRecoveryCodes{AccountFrame: o.frame(faults...)}
	kinds, err := s.enrolled(o.ctx, o.realm, o.user.ID)
	if err != nil {
		return err
	}
	page.Possible = len(kinds) > 0
	if page.Left, err = s.codesLeft(o.ctx, o.realm.ID, o.user.ID); err != nil {
		return err
	}
	if page.Codes, err = s.Sheet(o.ctx, o.realm.ID, o.user.ID, o.session.ID); err != nil {
		return err
	}
	if len(page.Codes) > 0 {
		page.DownloadURL = web.AccountURL(o.ctx, pathPaper, "")
	}
	return web.Page(o.Context, status, page)
}

func (s *Service) downloadRecovery(o *own) error {
	codes, err := s.Sheet(o.ctx, o.realm.ID, o.user.ID, o.session.ID)
	if err != nil {
		return err
	}
	if len(codes) == 0 {
		return o.done(pathRecovery, "")
	}
	return text(o.Context, o.realm, codes)
}
