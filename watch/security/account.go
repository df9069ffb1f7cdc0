package security

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/device"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// devicesPath is the list, below the account.
const devicesPath = "/devices"

// mountAccount adds the pages about the person's devices. Saying that one is somebody
// else's takes the password away, so that asks for a fresh sign-in.
func (s *Service) mountAccount(g *web.Group) {
	fresh := g.Fresh()
	g.GET(devicesPath, s.listPage)
	g.GET(devicesPath+"/:id", s.devicePage)
	g.POST(devicesPath+"/:id", s.changeDevice)
	fresh.GET(devicesPath+"/:id/report", s.reportPage)
	fresh.POST(devicesPath+"/:id/report", s.report)
}

func frame(faults ...*fault.Fault) templates.AccountFrame {
	f := templates.AccountFrame{Section: "sessions", Sub: true}
	for _, wrong := range faults {
		f.Problems = append(f.Problems, web.Problem(wrong))
	}
	return f
}

// spoken is the language of the page, the person's own preferred.
func (s *Service) spoken(c *gin.Context) (string, error) {
	current := session.From(c.Request.Context())
	u, err := s.users.ByID(c.Request.Context(), current.RealmID, current.UserID)
	if err != nil {
		return "", err
	}
	web.PreferLanguage(c, u.Locale)
	return web.Language(c), nil
}

// shown is a device as pages show it.
func (s *Service) shown(c *gin.Context, d *Device, language string) templates.AccountDevice {
	return templates.AccountDevice{
		ID: d.ID, Name: d.Name, Browser: device.Name(d.UserAgent), Mobile: device.Mobile(d.UserAgent), Place: s.places.Of(d.Network, language),
		Status: string(d.Status), FirstSeen: d.FirstSeen, LastSeen: d.LastSeen, Current: d.ID == session.From(c.Request.Context()).DeviceID,
	}
}

func (s *Service) listPage(c *gin.Context) error { return s.devicesPage(c, http.StatusOK) }

func (s *Service) devicesPage(c *gin.Context, status int, faults ...*fault.Fault) error {
	ctx := c.Request.Context()
	current := session.From(ctx)
	language, err := s.spoken(c)
	if err != nil {
		return err
	}
	all, err := s.Devices(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	page := &templates.AccountDevices{AccountFrame: frame(faults...)}
	for _, d := range all {
		page.Devices = append(page.Devices, s.shown(c, d, language))
	}
	return web.Page(c, status, page)
}

// own is the person's device that the address names. One that is gone shows the list.
func (s *Service) own(c *gin.Context) (*Device, error) {
	current := session.From(c.Request.Context())
	d, err := s.Device(c.Request.Context(), current.RealmID, current.UserID, c.Param("id"))
	if err == nil && d.Status == StatusRevoked {
		err = ErrDeviceNotFound
	}
	return d, err
}

// astray answers what is wrong with a device: the list, if it is not there.
func (s *Service) astray(c *gin.Context, err error) error {
	if errors.Is(err, ErrDeviceNotFound) {
		return s.devicesPage(c, http.StatusNotFound, ErrDeviceNotFound)
	}
	return err
}

func (s *Service) devicePage(c *gin.Context) error {
	d, err := s.own(c)
	if err != nil {
		return s.astray(c, err)
	}
	return s.onePage(c, d, http.StatusOK)
}

func (s *Service) onePage(c *gin.Context, d *Device, status int, faults ...*fault.Fault) error {
	language, err := s.spoken(c)
	if err != nil {
		return err
	}
	return web.Page(c, status, &templates.AccountDeviceOne{AccountFrame: frame(faults...), Device: s.shown(c, d, language)})
}

// changeDevice names, confirms or revokes a device.
func (s *Service) changeDevice(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	d, err := s.own(c)
	if err != nil {
		return s.astray(c, err)
	}
	ctx := c.Request.Context()
	done, back := "", devicesPath
	switch form.Get("action") {
	case "name":
		done, back = "device_named", devicesPath+"/"+d.ID
		err = s.Rename(ctx, d.RealmID, d.UserID, d.ID, form.Get("name"))
	case "confirm":
		done, err = "device_confirmed", s.Confirm(ctx, d.RealmID, d.UserID, d.ID)
	case "revoke":
		done, err = "device_revoked", s.Revoke(ctx, d.RealmID, d.UserID, d.ID)
	default:
		err = errNoChoice
	}
	if wrong, ok := fault.Of(err); ok && wrong.Kind == fault.Invalid {
		return s.onePage(c, d, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return s.astray(c, err)
	}
	return web.Redirect(c, web.AccountURL(ctx, back, done))
}

func (s *Service) reportPage(c *gin.Context) error {
	d, err := s.own(c)
	if err != nil {
		return s.astray(c, err)
	}
	language, err := s.spoken(c)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.AccountDeviceReport{AccountFrame: frame(), Device: s.shown(c, d, language)})
}

// report is the person's word that a device is somebody else's. It ends this session, too.
func (s *Service) report(c *gin.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	d, err := s.own(c)
	if err == nil {
		err = s.Report(c.Request.Context(), d.RealmID, d.UserID, d.ID)
	}
	if err != nil {
		return s.astray(c, err)
	}
	session.Forget(c)
	return web.Redirect(c, "/realms/"+realm.From(c.Request.Context()).Slug+deniedPath)
}
