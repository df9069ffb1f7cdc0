package web

import "github.com/gin-gonic/gin"

// KeepLanguage remembers a language that the person has chosen for the account, as a
// language link does: pages speak it from the next one on.
func KeepLanguage(c *gin.Context, lang string) { SetCookie(c, languageCookie, lang, languageKept) }
