package security

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/internal/device"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Where the answers lead, below the realm.
const (
	confirmedPath = "/device/confirmed"
	deniedPath    = "/device/denied"
	failedPath    = "/device/failed"
)

// A browser keeps the secret of the link between the link and the button.
const (
	linkCookie = "device-alert-"
	linkKept   = 15 * time.Minute
	// tokenMost is longer than any secret of a link.
	tokenMost = 100
)

var errNoChoice = fault.New(fault.Invalid, "choice_missing", "Choose how to go on.")

// Mount adds the pages of the letter's link, and those of the account.
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET(alertPath, s.showAlert)
	m.Pages.POST(alertPath, s.answerAlert)
	for path, state := range map[string]string{confirmedPath: "confirmed", deniedPath: "denied", failedPath: "failed"} {
		m.Pages.GET(path, func(c *gin.Context) error {
			return web.Page(c, http.StatusOK, &templates.DeviceAlert{State: state})
		})
	}
	s.mountAccount(m.Account)
	s.mountMe(m.Me)
}

// showAlert asks the person who came by the link. Opening it changes nothing: mail
// scanners and previews open links, too. First the secret leaves the address, so that it
// stays in no history and in no Referer (security rule MAIL-01).
func (s *Service) showAlert(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	in := realm.From(c.Request.Context())
	if token := query.Get("token"); token != "" && len(token) <= tokenMost {
		web.SetCookie(c, linkCookie+in.Slug, token, linkKept)
		return web.Redirect(c, "/realms/"+in.Slug+alertPath)
	}
	return s.alertPage(c, web.Cookie(c, linkCookie+in.Slug), http.StatusOK)
}

func (s *Service) alertPage(c *gin.Context, token string, status int, faults ...*fault.Fault) error {
	q, err := s.Question(c.Request.Context(), realm.From(c.Request.Context()).ID, token)
	if err != nil {
		return failed(c, err)
	}
	page := &templates.DeviceAlert{
		State: "asking", Token: token, Device: device.Name(q.UserAgent), Place: s.places.Of(q.IP, web.Language(c)), At: q.At,
	}
	for _, wrong := range faults {
		page.Problems = append(page.Problems, web.Problem(wrong))
	}
	return web.Page(c, status, page)
}

// failed says that the link opens nothing any more.
func failed(c *gin.Context, err error) error {
	if errors.Is(err, challenge.ErrDead) {
		return web.Page(c, http.StatusGone, &templates.DeviceAlert{State: "failed"})
	}
	return err
}

// answerAlert takes the answer.
func (s *Service) answerAlert(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	in, token := realm.From(ctx), form.Get("token")
	q, err := s.Question(ctx, in.ID, token)
	if err != nil {
		return failed(c, err)
	}
	path := ""
	switch form.Get("answer") {
	case "yes":
		path, err = confirmedPath, s.Yes(ctx, q)
	case "no":
		path, err = deniedPath, s.No(ctx, q)
	default:
		return s.alertPage(c, token, http.StatusUnprocessableEntity, errNoChoice)
	}
	if err != nil {
		return failed(c, err)
	}
	web.ClearCookie(c, linkCookie+in.Slug)
	return web.Redirect(c, "/realms/"+in.Slug+path)
}
