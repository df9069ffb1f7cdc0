package flow

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

const (
	// cookiePrefix is followed by the realm's slug: a browser may be signing in to
	// several realms of one host.
	cookiePrefix  = "browser-"
	browserPrefix = "br_"
	// browserLife is as long as browsers keep a cookie at most. A browser that comes
	// back is the one that its person has used before (watch/security).
	browserLife = 400 * 24 * time.Hour
)

// Bind returns the cookie that names this browser in the realm, and sets it when
// the browser has none. One serves all tabs: the cookie names the browser, the
// address names the flow. It is no session; knowing it proves nothing about a person.
func (s *Service) Bind(c *gin.Context) string {
	value := s.Browser(c)
	if value == "" {
		value = secret.Token(browserPrefix)
	}
	web.SetCookie(c, cookieName(c), value, browserLife) // again: its time begins anew
	return value
}

// Browser returns the cookie that Bind set, or "" when there is none. What cannot
// come from Bind counts as none.
func (s *Service) Browser(c *gin.Context) string {
	value := web.Cookie(c, cookieName(c))
	if len(value) != len(browserPrefix)+43 {
		return ""
	}
	return value
}

func cookieName(c *gin.Context) string {
	return cookiePrefix + realm.From(c.Request.Context()).Slug
}

// Load returns the flow that the page's address or form names, if the proof is for
// this step, this hop and this browser. Every step page calls it, for GET and for
// POST, before it does anything else. A form that was about something in particular
// (the account it showed) was given Proof(flow, step, bound…); its POST must name
// the same. The errors are ErrStale, ErrExpired and ErrFinished; Refuse answers them.
func (s *Service) Load(c *gin.Context, step Step, bound ...string) (*Flow, error) {
	values, err := input(c)
	if err != nil {
		return nil, err
	}
	f, err := s.Resume(c.Request.Context(), values.Get("flow"), s.Browser(c))
	if err != nil {
		return nil, err
	}
	proof := values.Get("proof")
	// The dispatcher's address knows only the step; a page's own links carry
	// what its form carries.
	shown := c.Request.Method != http.MethodPost && s.proves(f, step, proof)
	if !shown && !s.proves(f, step, proof, bound...) {
		return nil, ErrStale
	}
	web.PreferLanguage(c, f.Language)
	// A browser holds form-action against the redirects that follow a form, too.
	web.AllowFormAction(c, f.Request.Get("redirect_uri"))
	return f, nil
}

func input(c *gin.Context) (values interface{ Get(string) string }, err error) {
	if c.Request.Method == http.MethodPost {
		return web.Form(c)
	}
	return web.Query(c)
}

// Handle makes a step's page: it loads the flow, hands it to h, and answers what is
// wrong with it.
func (s *Service) Handle(step Step, h func(c *gin.Context, f *Flow) error) web.Handler {
	return func(c *gin.Context) error {
		f, err := s.Load(c, step)
		if err == nil {
			err = h(c, f)
		}
		if err != nil {
			return s.Refuse(c, err)
		}
		return nil
	}
}

// Refuse answers an error of a step page. When the page is stale but the flow goes
// on in this very browser (the back button, a second submit), the error page leads
// back into it; everything else is left to the border.
func (s *Service) Refuse(c *gin.Context, err error) error {
	if !errors.Is(err, ErrStale) {
		return err
	}
	values, bad := input(c)
	if bad != nil {
		return err
	}
	ctx := c.Request.Context()
	f, gone := s.Resume(ctx, values.Get("flow"), s.Browser(c))
	if gone != nil {
		return err
	}
	web.PreferLanguage(c, f.Language)
	stale, _ := fault.Of(ErrStale)
	return web.Page(c, http.StatusBadRequest, &templates.ErrorPage{
		Status: http.StatusBadRequest, Code: stale.Code, Message: stale.Message,
		RequestID: web.RequestID(ctx), BackURL: s.ReturnURL(f),
	})
}
