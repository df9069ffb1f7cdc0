package outbox

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/internal/fault"
	"authserver/internal/letter"
	"authserver/internal/web"
	"authserver/templates"
)

var errNothing = fault.New(fault.NotFound, "not_found", "There is no such page.")

// letterPolicy is for a mail as its reader would show it: style and pictures, nothing
// that runs, no forms, and an origin of its own.
const letterPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; base-uri 'none'; frame-ancestors 'none'; " +
	"sandbox allow-top-navigation-by-user-activation allow-popups allow-popups-to-escape-sandbox"

// Mount adds /dev/outbox as a page, and as JSON with ?format=json or .json; ?to= shows
// one recipient's messages only. For `authserver dev` and nothing else.
func (b *Box) Mount(m *web.Mux) {
	pages := m.Outside()
	pages.GET("/dev/outbox", local(b.list))
	pages.GET("/dev/outbox.json", local(b.json))
	pages.GET("/dev/outbox/:id", local(b.letter))
}

// local answers only who names this machine as the host.
func local(h web.Handler) web.Handler {
	return func(c *gin.Context) error {
		host := c.Request.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		a, err := netip.ParseAddr(strings.Trim(host, "[]"))
		loopback := err == nil && a.Unmap().IsLoopback()
		if !loopback && host != "localhost" && !strings.HasSuffix(host, ".localhost") {
			return errNothing
		}
		return h(c)
	}
}

func (b *Box) list(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	if query.Get("format") == "json" {
		return b.json(c)
	}
	page := &templates.Outbox{To: query.Get("to")}
	for _, m := range b.Messages(page.To) {
		shown := templates.OutboxMessage{
			ID: m.ID, SMS: m.Channel == letter.SMS, To: m.To, Subject: m.Subject, Code: m.Code, HTML: m.HTML != "", At: m.At, Text: pieces(m.Text),
		}
		page.Messages = append(page.Messages, shown)
	}
	return web.Page(c, http.StatusOK, page)
}

// pieces divides a text so that its addresses can be followed.
func pieces(text string) []templates.TextPiece {
	var list []templates.TextPiece
	at := 0
	for _, found := range address.FindAllStringIndex(text, -1) {
		list = append(list, templates.TextPiece{Text: text[at:found[0]]}, templates.TextPiece{Text: text[found[0]:found[1]], Link: true})
		at = found[1]
	}
	return append(list, templates.TextPiece{Text: text[at:]})
}

func (b *Box) json(c *gin.Context) error {
	query, err := web.Query(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, struct {
		Messages []Message `json:"messages"`
	}{append([]Message{}, b.Messages(query.Get("to"))...)})
}

// letter shows a mail as its reader would.
func (b *Box) letter(c *gin.Context) error {
	m, ok := b.find(c.Param("id"))
	if !ok || m.HTML == "" {
		return errNothing
	}
	h := c.Writer.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", letterPolicy)
	c.Status(http.StatusOK)
	_, err := c.Writer.WriteString(m.HTML)
	return err
}
