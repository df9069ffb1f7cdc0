package mfa

import (
	"errors"
	"net/http"

	"authserver/identity/gate"
	"authserver/internal/device"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
)

func (s *Service) showDevices(o *own) error { return s.devicesPage(o, http.StatusOK) }

func (s *Service) changeDevices(o *own) error {
	form, err := o.form()
	if err != nil {
		return err
	}
	chosen := form.Get("device")
	switch action := form.Get("action"); {
	case action == "forget_all":
		chosen = ""
		web.ClearCookie(o.Context, gate.TrustedCookie(o.realm.Slug))
	case action != "forget" || chosen == "":
		return s.devicesPage(o, http.StatusUnprocessableEntity, errNoChoice)
	}
	err = s.Distrust(o.ctx, o.realm.ID, o.user.ID, chosen)
	if err != nil && !errors.Is(err, ErrDeviceNotFound) { // it is gone, which is what was wanted
		return err
	}
	return o.done(pathDevices, "mfa_device_forgotten")
}

func (s *Service) devicesPage(o *own, status int, faults ...*fault.Fault) error {
	devices, err := s.Devices(o.ctx, o.realm, o.user)
	if err != nil {
		return err
	}
	page := &templates.AccountTrustedDevices{AccountFrame: o.frame(faults...), Days: days(o.realm.Policy.TrustDevice)}
	for _, d := range devices {
		page.Devices = append(page.Devices, templates.AccountTrustedDevice{
			ID: d.ID, Name: device.Name(d.UserAgent), IP: d.IP, Since: d.CreatedAt, Expires: d.ExpiresAt,
		})
	}
	return web.Page(o.Context, status, page)
}
