package contact

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/phone"
	"authserver/internal/web"
)

// mountMe adds the endpoints below …/me for the same things. What the account's pages
// ask a fresh sign-in for, these do too.
func (s *Service) mountMe(m *web.Mux) {
	fresh := m.Me.Fresh()
	m.Me.GET("/email", s.meEmail)
	m.Me.POST("/email/verification", s.meVerify)
	m.Me.POST("/email/verification/confirm", s.meConfirm(s.meVerified))
	fresh.POST("/email/change", s.meChange)
	m.Me.POST("/email/change/confirm", s.meConfirm(s.meChanged))
	m.Me.DELETE("/email/change", s.meCancelChange)
	m.Me.GET("/phone", s.mePhone)
	fresh.POST("/phone", s.meSetPhone)
	m.Me.POST("/phone/confirm", s.meConfirm(s.ConfirmPhone))
	fresh.DELETE("/phone", s.meRemovePhone)
}

// pending is a code that waits to be brought back.
type pending struct {
	// SentTo is masked.
	SentTo    string    `json:"sent_to"`
	ExpiresAt time.Time `json:"expires_at"`
	// RetryAfter is in how many seconds another one may be asked for.
	RetryAfter int `json:"retry_after"`
}

func (s *Service) pending(ctx context.Context, a Asking, live *challenge.Challenge, masked string) (*pending, error) {
	if live == nil {
		return nil, nil
	}
	wait, err := s.wait(ctx, a.Realm, live.Address)
	if err != nil {
		return nil, err
	}
	return &pending{SentTo: masked, ExpiresAt: live.ExpiresAt, RetryAfter: wait}, nil
}

type emailState struct {
	Email        string   `json:"email"`
	Verified     bool     `json:"email_verified"`
	Verification *pending `json:"verification,omitempty"`
	Change       *pending `json:"change,omitempty"`
}

func (s *Service) meEmail(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	return s.emailState(c, http.StatusOK, a)
}

func (s *Service) emailState(c *gin.Context, status int, a Asking) error {
	ctx := c.Request.Context()
	state := emailState{Email: a.User.Email, Verified: a.User.EmailVerified}
	sent, err := s.live(ctx, a, challenge.VerifyEmail, "")
	if err != nil {
		return err
	}
	if !a.User.EmailVerified {
		if state.Verification, err = s.pending(ctx, a, sent, user.Mask(a.User.Email)); err != nil {
			return err
		}
	}
	wanted, err := s.wanted(ctx, a)
	if err != nil {
		return err
	}
	if wanted != nil {
		if state.Change, err = s.pending(ctx, a, wanted, user.Mask(wanted.Data[keptTo])); err != nil {
			return err
		}
	}
	return web.JSON(c, status, state)
}

func (s *Service) meVerify(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	if err := s.SendVerification(c.Request.Context(), a); err != nil {
		return err
	}
	return s.emailState(c, http.StatusAccepted, a)
}

func (s *Service) meVerified(ctx context.Context, a Asking, code string) error {
	return s.ConfirmVerification(ctx, a, code, nil)
}

func (s *Service) meChanged(ctx context.Context, a Asking, code string) error {
	return s.ConfirmChange(ctx, a, code, nil)
}

// meConfirm takes a code for what confirm does with it.
func (s *Service) meConfirm(confirm func(ctx context.Context, a Asking, code string) error) web.Handler {
	return func(c *gin.Context) error {
		a, err := s.asking(c)
		if err != nil {
			return err
		}
		var body struct {
			Code string `json:"code"`
		}
		if err := web.Body(c, &body); err != nil {
			return err
		}
		if body.Code == "" {
			return errNoCode
		}
		if err := confirm(c.Request.Context(), a, body.Code); err != nil {
			return err
		}
		return nothing(c)
	}
}

// nothing answers that it is done.
func nothing(c *gin.Context) error {
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
	return nil
}

func (s *Service) meChange(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	var body struct {
		Email string `json:"email"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	if body.Email == "" {
		return errNoEmail
	}
	if err := s.RequestChange(c.Request.Context(), a, body.Email); err != nil {
		return err
	}
	return s.emailState(c, http.StatusAccepted, a)
}

func (s *Service) meCancelChange(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	if err := s.CancelChange(c.Request.Context(), a); err != nil {
		return err
	}
	return nothing(c)
}

type phoneState struct {
	Phone    string   `json:"phone_number"`
	Verified bool     `json:"phone_number_verified"`
	Pending  *pending `json:"verification,omitempty"`
}

func (s *Service) mePhone(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	return s.phoneState(c, http.StatusOK, a)
}

func (s *Service) phoneState(c *gin.Context, status int, a Asking) error {
	ctx := c.Request.Context()
	state := phoneState{Phone: a.User.Phone, Verified: a.User.PhoneVerified}
	sent, err := s.live(ctx, a, challenge.VerifyPhone, a.Binding)
	if err != nil {
		return err
	}
	if sent != nil {
		if state.Pending, err = s.pending(ctx, a, sent, phone.Mask(sent.Address)); err != nil {
			return err
		}
	}
	return web.JSON(c, status, state)
}

func (s *Service) meSetPhone(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	var body struct {
		Phone string `json:"phone_number"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	if body.Phone == "" {
		return errNoPhone.At("phone_number")
	}
	err = s.RequestPhone(c.Request.Context(), a, body.Phone)
	if wrong, ok := fault.Of(err); ok && wrong.Field == "phone" {
		return wrong.At("phone_number")
	}
	if err != nil {
		return err
	}
	return s.phoneState(c, http.StatusAccepted, a)
}

func (s *Service) meRemovePhone(c *gin.Context) error {
	a, err := s.asking(c)
	if err != nil {
		return err
	}
	if err := s.RemovePhone(c.Request.Context(), a); err != nil && !errors.Is(err, ErrNoPhone) {
		return err
	}
	return nothing(c)
}
