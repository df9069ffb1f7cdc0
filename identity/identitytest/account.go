package identitytest

import (
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/session"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Persons lets people in to their account by the cookie of their session, for tests
// of rooms that have pages there. Who has none is led to SignInPath. What it leaves
// out (the gate, bearer tokens) identity/account does and tests.
type Persons struct{ House *House }

// SignInPath stands for the sign-in that Persons leads to.
const SignInPath = "/realms/acme/test-sign-in"

// ErrSignIn and ErrStepUp answer programs.
var (
	ErrSignIn = fault.New(fault.Unauthenticated, "sign_in_required", "Sign in first.")
	ErrStepUp = fault.New(fault.Unauthenticated, "step_up_required", "Sign in again.")
)

// Account implements web.Persons.
func (p Persons) Account(c *gin.Context, back string, fresh bool) (bool, error) {
	s, recent, err := p.enter(c)
	if err != nil {
		return false, err
	}
	if s == nil || fresh && !recent {
		return false, web.Redirect(c, SignInPath+"?back="+back)
	}
	return true, nil
}

// Me implements web.Persons.
func (p Persons) Me(c *gin.Context, fresh bool) error {
	s, recent, err := p.enter(c)
	switch {
	case err != nil:
		return err
	case s == nil:
		return ErrSignIn
	case fresh && !recent:
		return web.Challenge(ErrStepUp, "insufficient_user_authentication")
	}
	return nil
}

func (p Persons) enter(c *gin.Context) (s *session.Session, recent bool, err error) {
	if s, err = p.House.Sessions.Of(c); err != nil || s == nil {
		return nil, false, err
	}
	ctx := event.Acting(c.Request.Context(), event.User, s.UserID, "")
	c.Request = c.Request.WithContext(session.Into(ctx, s))
	age := p.House.Clock.Now().Sub(s.AuthenticatedAt)
	return s, age <= max(realm.From(ctx).Policy.StepUpAge, time.Minute), nil
}

// Person implements web.Persons.
func (p Persons) Person(c *gin.Context) (templates.Person, error) {
	s := session.From(c.Request.Context())
	u, err := p.House.Users.ByID(c.Request.Context(), s.RealmID, s.UserID)
	if err != nil {
		return templates.Person{}, err
	}
	return templates.Person{Name: u.Name, Email: u.Email, AvatarURL: u.AvatarURL(), Initials: templates.InitialsOf(u.Label())}, nil
}
