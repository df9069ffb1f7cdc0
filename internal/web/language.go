package web

import (
	"slices"
	"time"

	"authserver/templates"

	"github.com/gin-gonic/gin"
)

// languageCookie keeps the language that a person has chosen on a page.
const (
	languageCookie = "language"
	languageKept   = 365 * 24 * time.Hour
)

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
	if l := chosen(c); l != "" {
		return l
	}
	r := of(c.Request.Context())
	wishes := make([]string, 0, 8)
	wishes = append(wishes, Cookie(c, languageCookie), r.query.Get("ui_locales"))
	wishes = append(wishes, r.wishes...)
	wishes = append(wishes, c.Request.Header.Get("Accept-Language"), r.server.deps.Brand(c.Request.Context()).DefaultLanguage)
	return templates.Match(wishes...)
}

// chosen is the language of the link that led here, or "".
func chosen(c *gin.Context) string {
	l := of(c.Request.Context()).query.Get("lang")
	if slices.Contains(templates.Languages(), l) {
		return l
	}
	return ""
}
