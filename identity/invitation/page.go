package invitation

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

const (
	// path is where the page stands below the realm.
	path     = "/invitation"
	donePath = "/invitation/done"
	// cookie holds the token of the link, followed by the realm's slug.
	cookie = "invitation-"
	// kept is how long a person may take to choose a password.
	kept = 30 * time.Minute
	// tokenMost is longer than any token; what is longer need not go into a cookie.
	tokenMost = 64
)

var errNoPassword = fault.New(fault.Invalid, "password_missing", "Enter a new password.").At("new_password")

// Mount adds the pages.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET(path, s.show)
	m.Pages.POST(path, s.accept)
	m.Pages.GET(donePath, s.done)
}

// show takes the secret out of the address, so that it stays in no history and no log,
// and then asks for a password.
func (s *Service) show(c *gin.Context) error {
	in := realm.From(c.Request.Context())
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	if token := query.Get("token"); token != "" {
		if len(token) > tokenMost {
			token = "x"
		}
		web.SetCookie(c, cookie+in.Slug, token, kept)
		return web.Redirect(c, "/realms/"+in.Slug+path)
	}
	_, u, err := s.Check(c.Request.Context(), in, web.Cookie(c, cookie+in.Slug))
	if err != nil {
		return s.dead(c, err)
	}
	return s.page(c, u, http.StatusOK)
}

func (s *Service) accept(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	in := realm.From(ctx)
	token := web.Cookie(c, cookie+in.Slug)
	_, u, err := s.Check(ctx, in, token)
	if err != nil {
		return s.dead(c, err)
	}
	chosen := form.Get("new_password")
	if chosen == "" {
		return s.page(c, u, http.StatusUnprocessableEntity, errNoPassword)
	}
	i, err := s.Accept(ctx, in, token, chosen)
	if errors.Is(err, secret.ErrBusy) {
		c.Header("Retry-After", "2")
		return s.page(c, u, http.StatusServiceUnavailable, secret.ErrBusy)
	}
	if broken := user.Broken(err, "new_password"); broken != nil {
		return s.page(c, u, http.StatusUnprocessableEntity, broken...)
	}
	if err != nil {
		return s.dead(c, err)
	}
	web.ClearCookie(c, cookie+in.Slug)
	address := "/realms/" + in.Slug + donePath
	if i.ApplicationID != "" {
		address += "?application=" + i.ApplicationID
	}
	return web.Redirect(c, address)
}

// dead says that a link opens nothing any more.
func (s *Service) dead(c *gin.Context, err error) error {
	if !errors.Is(err, ErrDead) {
		return err
	}
	ctx := c.Request.Context()
	in := realm.From(ctx)
	web.ClearCookie(c, cookie+in.Slug)
	return web.Page(c, http.StatusGone, &templates.ErrorPage{
		Status: http.StatusGone, Code: ErrDead.Code, Message: ErrDead.Message, RequestID: web.RequestID(ctx), BackURL: "/realms/" + in.Slug + "/account",
	})
}

func (s *Service) page(c *gin.Context, u *user.User, status int, faults ...*fault.Fault) error {
	web.PreferLanguage(c, u.Locale)
	rules := user.Rules(realm.From(c.Request.Context()), u.Email, u.Name, "")
	rules.Focus = true
	var frame templates.Frame
	for _, wrong := range faults {
		frame.Problems = append(frame.Problems, web.Problem(wrong))
	}
	return web.Page(c, status, &templates.RecoverPassword{Frame: frame, Email: u.Email, Password: rules, Invited: true})
}

// done leads on: to the application that the person was invited to, or to the account.
func (s *Service) done(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	next, err := s.next(c.Request.Context(), query.Get("application"))
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.RecoverDone{ContinueURL: next, Invited: true})
}

func (s *Service) next(ctx context.Context, applicationID string) (string, error) {
	in := realm.From(ctx)
	account := "/realms/" + in.Slug + "/account"
	if applicationID == "" {
		return account, nil
	}
	a, err := s.Applications.ByID(ctx, in.ID, applicationID)
	if wrong, is := fault.Of(err); is && wrong.Kind == fault.NotFound {
		return account, nil
	}
	if err != nil || a.HomeURL == "" || !a.Enabled {
		return account, err
	}
	return a.HomeURL, nil
}
