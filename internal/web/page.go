package web

import (
	"net/http"
	"net/url"
	"strings"

	"authserver/templates"

	"github.com/gin-gonic/gin"
)

// Page answers with a page in the language of the person and the look of the
// realm. It fills the second half of the page's Frame.
func Page(c *gin.Context, code int, p templates.Page) error {
	ctx := c.Request.Context()
	r := of(ctx)
	if err := r.server.personOf(c, p); err != nil {
		return err
	}
	f := p.Base()
	f.Brand = r.server.deps.Brand(ctx)
	f.Brand.Slug = r.realm // the addresses of a page begin with it
	f.Language = Language(c)
	f.Stylesheet = r.server.stylesheet(ctx)
	f.Path = c.Request.URL.Path
	if f.Target() != "" {
		f.Path = "/realms/" + r.realm + f.Target()
	}
	if _, leaving := p.(*templates.FormPost); !leaving {
		f.LanguageLinks = languageLinks(c, f)
	}
	rememberLanguage(c)
	h := c.Writer.Header()
	h["Content-Type"] = htmlType
	h.Set("Content-Language", f.Language)
	if len(r.targets) > 0 {
		h.Set("Content-Security-Policy", pagePolicy+" "+strings.Join(r.targets, " "))
	}
	c.Status(code)
	return templates.Render(c.Writer, p)
}

// languageLinks lead to the same page in each language; the present one has no
// address. A page that answers a form is shown again by GET with its flow; one
// without a flow would be another page by GET, and one that refuses its query
// cannot repeat it: they have no links.
func languageLinks(c *gin.Context, f *templates.Frame) []templates.LanguageLink {
	r := of(c.Request.Context())
	refused := r.query == nil && c.Request.URL.RawQuery != ""
	if refused || c.Request.Method == http.MethodPost && f.FlowID == "" {
		return nil
	}
	links := make([]templates.LanguageLink, 0, len(templates.Languages()))
	for _, l := range templates.Languages() {
		if l == f.Language {
			links = append(links, templates.LanguageLink{Language: l})
			continue
		}
		q := url.Values{}
		for name, values := range r.query {
			q[name] = values
		}
		if f.FlowID != "" {
			q.Set("flow", f.FlowID)
			q.Set("proof", f.Proof)
		}
		q.Set("lang", l)
		links = append(links, templates.LanguageLink{Language: l, URL: c.Request.URL.Path + "?" + q.Encode()})
	}
	return links
}

// rememberLanguage keeps a choice made by a language link.
func rememberLanguage(c *gin.Context) {
	if l := chosen(c); l != "" {
		SetCookie(c, languageCookie, l, languageKept)
	}
}
