package security

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web"
)

var errConfirmOnly = fault.New(fault.Invalid, "device_confirmed_invalid", "A device can be confirmed; to take that back, revoke it.").At("confirmed")

// mountMe adds the same for programs.
func (s *Service) mountMe(g *web.Group) {
	g.GET(devicesPath, s.meDevices)
	g.GET(devicesPath+"/current", s.meCurrent)
	g.GET(devicesPath+"/:id", s.meDevice)
	g.PATCH(devicesPath+"/:id", s.meChange)
	g.DELETE(devicesPath+"/:id", s.meRevoke)
	g.Fresh().POST(devicesPath+"/:id/report", s.meReport)
}

// written is a device as a program reads it.
type written struct {
	DeviceView
	Current bool `json:"current"`
}

func (s *Service) written(c *gin.Context, d *Device, here string) written {
	return written{s.deviceViewOf(d, web.Language(c)), d.ID == here}
}

// here is the id of the device in which the person of the request has signed in; "" where
// that is not known. A program's token tells only the session.
func (s *Service) here(c *gin.Context) (string, error) {
	current := session.From(c.Request.Context())
	found, err := s.sessions.ByID(c.Request.Context(), current.RealmID, current.ID)
	if errors.Is(err, session.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return found.DeviceID, nil
}

// meDevices lists the person's devices; ?status=new are those that they have not said
// anything about. The list has one page: nobody has so many browsers.
func (s *Service) meDevices(c *gin.Context) error {
	ctx := c.Request.Context()
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	current := session.From(ctx)
	all, err := s.Devices(ctx, current.RealmID, current.UserID)
	if err != nil {
		return err
	}
	here, err := s.here(c)
	if err != nil {
		return err
	}
	answer := struct {
		Items []written `json:"items"`
	}{[]written{}}
	for _, d := range all {
		if wanted := query.Get("status"); wanted == "" || wanted == string(d.Status) {
			answer.Items = append(answer.Items, s.written(c, d, here))
		}
	}
	return web.JSON(c, http.StatusOK, answer)
}

func (s *Service) meCurrent(c *gin.Context) error {
	current := session.From(c.Request.Context())
	here, err := s.here(c)
	if err != nil {
		return err
	}
	d, err := s.Device(c.Request.Context(), current.RealmID, current.UserID, here)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, s.written(c, d, here))
}

func (s *Service) meDevice(c *gin.Context) error {
	d, err := s.own(c)
	if err != nil {
		return err
	}
	here, err := s.here(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, s.written(c, d, here))
}

// meChange names and confirms a device.
func (s *Service) meChange(c *gin.Context) error {
	var body struct {
		Name      *string `json:"name"`
		Confirmed *bool   `json:"confirmed"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	d, err := s.own(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if body.Confirmed != nil && !*body.Confirmed {
		return errConfirmOnly
	}
	if body.Name != nil {
		if err := s.Rename(ctx, d.RealmID, d.UserID, d.ID, *body.Name); err != nil {
			return err
		}
	}
	if body.Confirmed != nil {
		if err := s.Confirm(ctx, d.RealmID, d.UserID, d.ID); err != nil {
			return err
		}
	}
	return s.meDevice(c)
}

func (s *Service) meRevoke(c *gin.Context) error {
	d, err := s.own(c)
	if err != nil {
		return err
	}
	if err := s.Revoke(c.Request.Context(), d.RealmID, d.UserID, d.ID); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *Service) meReport(c *gin.Context) error {
	d, err := s.own(c)
	if err != nil {
		return err
	}
	if err := s.Report(c.Request.Context(), d.RealmID, d.UserID, d.ID); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
