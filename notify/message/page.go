package message

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

const unsubscribePath = "/email/unsubscribe/:token"

// Mount adds the page that a letter's link to unsubscribe leads to. A GET changes
// nothing, because filters follow every link; a POST does, from the page's button or
// from the reader of mail itself (RFC 8058).
func (s *Service) Mount(m *web.Mux) {
	m.Pages.GET(unsubscribePath, s.showUnsubscribe)
	m.Pages.POST(unsubscribePath, s.unsubscribe)
}

func (s *Service) showUnsubscribe(c *gin.Context) error {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	e, err := s.clicked(ctx, in.ID, c.Param("token"))
	if err != nil {
		return err
	}
	subscribed, err := s.Subscribed(ctx, in.ID, e.ToAddress)
	if err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, &templates.Unsubscribe{Email: masked(e.ToAddress), Done: !subscribed})
}

func (s *Service) unsubscribe(c *gin.Context) error {
	ctx := c.Request.Context()
	in := realm.From(ctx)
	oneClick := multipartClick(c.Request)
	if !oneClick {
		form, err := web.Form(c)
		if err != nil {
			return err
		}
		oneClick = form.Get("List-Unsubscribe") == "One-Click"
	}
	e, err := s.clicked(ctx, in.ID, c.Param("token"))
	if err != nil {
		return err
	}
	if err := s.Unsubscribe(ctx, in.ID, e.ToAddress); err != nil {
		return err
	}
	if oneClick { // a program asked, which must not be led elsewhere (RFC 8058 §3.1)
		c.Status(http.StatusOK)
		c.Writer.WriteHeaderNow()
		return nil
	}
	return web.Redirect(c, c.Request.URL.Path)
}

// multipartClick tells whether the body is the one click as multipart/form-data, which
// RFC 8058 §3.1 prefers and the house takes nowhere else.
func multipartClick(r *http.Request) bool {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return false
	}
	part, err := multipart.NewReader(io.LimitReader(r.Body, 4<<10), params["boundary"]).NextPart()
	if err != nil || part.FormName() != "List-Unsubscribe" {
		return false
	}
	value, err := io.ReadAll(io.LimitReader(part, 64))
	return err == nil && string(value) == "One-Click"
}

// masked is an address as its owner knows it again and nobody else learns it.
func masked(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	if local == "" {
		return ""
	}
	return string([]rune(local)[:1]) + "•••@" + domain
}
