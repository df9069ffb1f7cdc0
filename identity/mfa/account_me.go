package mfa

import (
	"net/http"
	"net/url"
	"time"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/internal/web"
)

// mountMe adds the same to the API, for programs of the person.
func (s *Service) mountMe(g *web.Group) {
	fresh := g.Fresh()
	g.GET("/mfa", s.mine(s.readFactors))
	fresh.POST("/mfa/totp", s.mine(s.beginTOTP))
	fresh.POST("/mfa/totp/confirm", s.mine(s.confirmMyTOTP))
	fresh.DELETE("/mfa/totp", s.mine(s.removeMy(TOTP)))
	for _, kind := range []string{SMS, Email} {
		fresh.PUT("/mfa/"+kind, s.mine(s.enableMy(kind)))
		fresh.DELETE("/mfa/"+kind, s.mine(s.removeMy(kind)))
	}
	fresh.POST("/mfa/recovery-codes", s.mine(s.makeMyCodes))
	g.GET("/mfa/trusted-devices", s.mine(s.listMyDevices))
	fresh.DELETE("/mfa/trusted-devices", s.mine(s.forgetMyDevices))
	fresh.DELETE("/mfa/trusted-devices/:device", s.mine(s.forgetMyDevices))
}

var errCodeMissing = fault.New(fault.Invalid, "code_missing", "The member code is missing.").At("code")

// factorsAnswer is what a person has.
type factorsAnswer struct {
	// Factors are kinds, the one that is asked for first before the others.
	Factors           []string `json:"factors"`
	Offered           []string `json:"offered"`
	Required          bool     `json:"required"`
	RecoveryCodesLeft int      `json:"recovery_codes_left"`
	TrustedDevices    int      `json:"trusted_devices"`
}

func (s *Service) readFactors(o *own) error {
	has, err := s.Of(o.ctx, o.realm, o.user)
	if err != nil {
		return err
	}
	return web.JSON(o.Context, http.StatusOK, factorsAnswer{
		Factors: has.Kinds, Offered: has.Offered, Required: has.Required,
		RecoveryCodesLeft: has.CodesLeft, TrustedDevices: len(has.Devices),
	})
}

// secretAnswer is a new secret for an authenticator application.
type secretAnswer struct {
	// Secret is base32, URL the otpauth address, QR a picture of that as data URL.
	Secret string `json:"secret"`
	URL    string `json:"otpauth_url"`
	QR     string `json:"qr"`
}

func (s *Service) beginTOTP(o *own) error {
	if err := s.BeginTOTP(o.ctx, o.realm, o.user.ID, o.session.ID); err != nil {
		return err
	}
	address, err := s.totp.Pending(o.ctx, o.realm.ID, o.user.ID, o.session.ID)
	if err != nil {
		return err
	}
	shown, err := authenticator(address)
	if err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	return web.JSON(o.Context, http.StatusCreated, secretAnswer{Secret: u.Query().Get("secret"), URL: address, QR: shown.QR})
}

// codesAnswer has new recovery codes, which are told this once. There are none when the
// person has older ones.
type codesAnswer struct {
	RecoveryCodes []string `json:"recovery_codes,omitempty"`
}

func (s *Service) confirmMyTOTP(o *own) error {
	var body struct {
		Code string `json:"code"`
	}
	if err := web.Body(o.Context, &body); err != nil {
		return err
	}
	if body.Code == "" {
		return errCodeMissing
	}
	// Only a browser can take the session's new cookie; a bearer token's session
	// stays as it is, or its browser would be signed out.
	browser, err := s.sessions.Of(o.Context)
	if err != nil {
		return err
	}
	here := browser != nil && browser.ID == o.session.ID
	cookie, codes, err := s.confirm(o.ctx, o.realm, o.session, body.Code, here)
	if err != nil {
		return err
	}
	if here {
		session.Keep(o.Context, cookie)
	}
	return s.answerCodes(o, codes)
}

// answerCodes answers with the codes of the sheet if there are new ones. The answer is
// where they are shown, once.
func (s *Service) answerCodes(o *own, fresh bool) error {
	answer := codesAnswer{}
	if fresh {
		var err error
		if answer.RecoveryCodes, err = s.Sheet(o.ctx, o.realm.ID, o.user.ID, o.session.ID); err != nil {
			return err
		}
		if err := s.Keep(o.ctx, o.realm.ID, o.user.ID, o.session.ID); err != nil {
			return err
		}
	}
	return web.JSON(o.Context, http.StatusOK, answer)
}

func (s *Service) enableMy(kind string) func(*own) error {
	return func(o *own) error {
		codes, err := s.Enable(o.ctx, o.realm, o.session, kind)
		if err != nil {
			return err
		}
		return s.answerCodes(o, codes)
	}
}

func (s *Service) removeMy(kind string) func(*own) error {
	return func(o *own) error {
		if err := s.Remove(o.ctx, o.realm, o.session, kind); err != nil {
			return err
		}
		return nothing(o)
	}
}

func (s *Service) makeMyCodes(o *own) error {
	if _, err := s.MakeCodes(o.ctx, o.realm, o.user.ID, o.session.ID); err != nil {
		return err
	}
	return s.answerCodes(o, true)
}

// deviceAnswer is a trusted device.
type deviceAnswer struct {
	ID        string    `json:"id"`
	IP        string    `json:"ip"`
	UserAgent string    `json:"user_agent"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (s *Service) listMyDevices(o *own) error {
	devices, err := s.Devices(o.ctx, o.realm, o.user)
	if err != nil {
		return err
	}
	items := make([]deviceAnswer, len(devices))
	for i, d := range devices {
		items[i] = deviceAnswer(d)
	}
	return web.JSON(o.Context, http.StatusOK, map[string]any{"items": items})
}

func (s *Service) forgetMyDevices(o *own) error {
	if err := s.Distrust(o.ctx, o.realm.ID, o.user.ID, o.Param("device")); err != nil {
		return err
	}
	return nothing(o)
}

// nothing answers that it was done.
func nothing(o *own) error {
	o.Status(http.StatusNoContent)
	o.Writer.WriteHeaderNow()
	return nil
}
