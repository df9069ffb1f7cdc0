package password

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/web"
	"authserver/tenant/realm"
)

// state is a person's password as programs see it, and the realm's rules for it.
type state struct {
	Set bool `json:"set"`
	// CurrentRequired says that a change must bring the present one.
	CurrentRequired bool    `json:"current_password_required"`
	MustChange      bool    `json:"must_change"`
	ChangedAt       *string `json:"changed_at"`
	ExpiresAt       *string `json:"expires_at"`
	Rules           rules   `json:"rules"`
}

type rules struct {
	MinLength int  `json:"min_length"`
	MaxLength int  `json:"max_length"`
	Upper     bool `json:"upper"`
	Lower     bool `json:"lower"`
	Digit     bool `json:"digit"`
	Symbol    bool `json:"symbol"`
	History   int  `json:"history"`
}

func (s *Service) meShow(c *gin.Context) error {
	ctx := c.Request.Context()
	in, current := realm.From(ctx), session.From(ctx)
	u, err := s.users.ByID(ctx, in.ID, current.UserID)
	if err != nil {
		return err
	}
	p := in.Policy.Password
	return web.JSON(c, http.StatusOK, state{
		Set: u.HasPassword, CurrentRequired: asksCurrent(u, current), MustChange: u.MustChangePassword,
		ChangedAt: moment(u.PasswordChangedAt), ExpiresAt: moment(u.PasswordDue(p)),
		Rules: rules{p.MinLength, p.MaxLength, p.Upper, p.Lower, p.Digit, p.Symbol, p.History},
	})
}

func moment(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.Format(time.RFC3339)
	return &text
}

// meChange sets a new password. Every token ends with it, also the one that asked.
func (s *Service) meChange(c *gin.Context) error {
	var body struct {
		Current string `json:"current_password"`
		New     string `json:"new_password"`
	}
	if err := web.Body(c, &body); err != nil {
		return err
	}
	if body.New == "" {
		return errNoNew
	}
	ctx := c.Request.Context()
	cookie, err := s.Change(ctx, realm.From(ctx), session.From(ctx), body.Current, body.New)
	if broken := user.Broken(err, "new_password"); broken != nil && !errors.Is(err, ErrCurrent) && !errors.Is(err, ErrWrong) {
		return broken[0]
	}
	switch {
	case errors.Is(err, ErrCurrent):
		return ErrCurrent.At("current_password")
	case errors.Is(err, ErrWrong):
		return ErrWrong.At("current_password")
	case err != nil:
		return err
	}
	if c.GetHeader("Authorization") == "" { // the browser's session has asked
		session.Keep(c, cookie)
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
	return nil
}
