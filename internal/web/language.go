package web

import (
	"net/url"
	"slices"
	"time"

	"authserver/templates"

	"github.com/gin-gonic/gin"
)

// languageCookie keeps the language that a person has chosen on a page.
const languageCookie = "language"

// PreferLanguage adds wishes that a room knows of, best first: the application's
// ui_locales, the account's own language.
func PreferLanguage(c *gin.Context, wishes ...string) {
	r := of(c.Request.Context())
	r.wishes = append(r.wishes, wishes...)
}

// Language is the language to answer in: what the person chose on a page, else
// what the application asked for (ui_locales) or a room knows, else what the
// browser asks for, else the realm's.
func Language(c *gin.Context) string {
	r := of(c.Request.Context())
	wishes := make([]string, 0, 6)
	if chosen := r.query.Get("lang"); slices.Contains(templates.Languages(), chosen) {
		return chosen
	}
	wishes = append(wishes, Cookie(c, languageCookie), r.query.Get("ui_locales"))
	wishes = append(wishes, r.wishes...)
	wishes = append(wishes, c.Request.Header.Get("Accept-Language"), r.server.deps.Brand(c.Request.Context()).DefaultLanguage)
	return templates.Match(wishes...)
}

// languageLinks lead to the same page in each language; the present one has no
// address. A page that answers a form is shown again by GET with its flow.
func languageLinks(c *gin.Context, f *templates.Frame) []templates.LanguageLink {
	r := of(c.Request.Context())
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
		links = append(links, templates.LanguageLink{Language: l, URL: f.Path + "?" + q.Encode()})
	}
	return links
}

// rememberLanguage keeps a choice made by a language link.
func rememberLanguage(c *gin.Context) {
	chosen := of(c.Request.Context()).query.Get("lang")
	if chosen != "" && slices.Contains(templates.Languages(), chosen) {
		SetCookie(c, languageCookie, chosen, 365*24*time.Hour)
	}
}
