package contact

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"authserver/identity/challenge"
	"authserver/identity/flow"
	"authserver/identity/user"
	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

const (
	verifyPath = "/verify-email/confirm"
	changePath = "/change-email/confirm"
	undoPath   = "/undo-email"
	donePath   = "/confirmed-email"

	// linkKept is how long the browser may take from the link to the button.
	linkKept = 15 * time.Minute
	// tokenMost is longer than any secret of a link.
	tokenMost = 100
)

// door is a page behind a link.
type door struct {
	purpose challenge.Purpose
	path    string
	// kind names the page's words.
	kind string
}

func doors() []door {
	return []door{
		{challenge.VerifyEmail, verifyPath, templates.ConfirmVerify},
		{challenge.ChangeEmail, changePath, templates.ConfirmChange},
		{challenge.UndoEmail, undoPath, templates.ConfirmUndo},
	}
}

// cookie holds the secret between the link and the button; a browser may have come
// through several doors of several realms.
func (d door) cookie(in *realm.Realm) string { return "confirm-" + d.kind + "-" + in.Slug }

// show takes the secret out of the address, so that it stays in no history and in no
// Referer, and then shows the button (security rules MAIL-01 and MAIL-02).
func (s *Service) showDoor(d door) web.Handler {
	return func(c *gin.Context) error {
		ctx := c.Request.Context()
		in := realm.From(ctx)
		query, err := web.Query(c)
		if err != nil {
			return err
		}
		if token := query.Get("token"); token != "" && len(token) <= tokenMost {
			web.SetCookie(c, d.cookie(in), token, linkKept)
			return web.Redirect(c, "/realms/"+in.Slug+d.path)
		}
		l, err := s.Follow(ctx, in, d.purpose, web.Cookie(c, d.cookie(in)))
		if err != nil {
			return s.dead(c, err)
		}
		return web.Page(c, http.StatusOK, &templates.ConfirmEmail{
			Kind: d.kind, Address: l.Address, Account: account(l),
		})
	}
}

// account names whose account a link is about. Whoever reads the new address's mail may
// be a stranger to it, so the present address is masked.
func account(l *Link) string {
	if l.Purpose == challenge.ChangeEmail {
		return user.Mask(l.User.Email)
	}
	return l.User.Label()
}

// passDoor redeems the secret.
func (s *Service) passDoor(d door) web.Handler {
	return func(c *gin.Context) error {
		ctx := c.Request.Context()
		in := realm.From(ctx)
		l, err := s.Follow(ctx, in, d.purpose, web.Cookie(c, d.cookie(in)))
		if err == nil {
			err = s.Redeem(ctx, l)
		}
		if err != nil {
			return s.dead(c, err)
		}
		web.ClearCookie(c, d.cookie(in))
		return web.Redirect(c, "/realms/"+in.Slug+donePath+"?done="+d.kind)
	}
}

// dead leads on from a link that opens nothing any more.
func (s *Service) dead(c *gin.Context, err error) error {
	wrong, ok := fault.Of(err)
	if !ok || !errors.Is(err, challenge.ErrDead) && !errors.Is(err, user.ErrEmailTaken) {
		return err
	}
	code := "link_dead" // said of links, where the fault speaks of codes
	if errors.Is(err, user.ErrEmailTaken) {
		code = wrong.Code
	}
	ctx := c.Request.Context()
	return web.Page(c, http.StatusGone, &templates.ErrorPage{
		Status: http.StatusGone, Code: code, Message: wrong.Message, RequestID: web.RequestID(ctx),
		BackURL: "/realms/" + realm.From(ctx).Slug + emailPath,
	})
}

// showDone says what was done. It holds nothing, and so may be seen by all.
func (s *Service) showDone(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	base := "/realms/" + realm.From(c.Request.Context()).Slug
	p := &templates.ConfirmedEmail{Kind: templates.ConfirmVerify, ContinueURL: base + flow.AccountPath}
	switch query.Get("done") {
	case templates.ConfirmChange:
		p.Kind = templates.ConfirmChange
	case templates.ConfirmUndo:
		p.Kind, p.ContinueURL = templates.ConfirmUndo, base+"/recover"
	}
	return web.Page(c, http.StatusOK, p)
}
