package oauth

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// respond hands the answer to the application through the browser, with state and
// iss on success and on error (RFC 6749 §4.1.2, RFC 9207).
func (s *Service) respond(c *gin.Context, a *authorizeRequest, answer url.Values) error {
	answer.Set("iss", s.issuer(realm.From(c.Request.Context()).Slug))
	if a.state != "" {
		answer.Set("state", a.state)
	}
	noStore(c)
	if a.mode == modeFormPost {
		web.AllowFormAction(c, a.redirectURI)
		page := &templates.FormPost{App: a.app.Face(a.redirectURI), Action: a.redirectURI}
		for _, name := range []string{"code", "error", "error_description", "state", "iss"} {
			if answer.Has(name) {
				page.Fields = append(page.Fields, templates.Field{Name: name, Value: answer.Get(name)})
			}
		}
		return web.Page(c, http.StatusOK, page)
	}
	return web.Redirect(c, withQuery(a.redirectURI, answer))
}

// refuse tells the application why there is no code. A failure of the server is
// its own as well: it goes to the log, and the client learns server_error.
func (s *Service) refuse(c *gin.Context, a *authorizeRequest, err error) error {
	e := asError(err)
	if answered := s.respond(c, a, url.Values{"error": {e.Code}, "error_description": {e.Description}}); answered != nil {
		return answered
	}
	if e.Status >= http.StatusInternalServerError {
		return e // for the log line; the answer is written
	}
	return nil
}

// withQuery adds parameters to a registered URI, keeping the query it has (RFC 6749
// §3.1.2) to the letter.
func withQuery(uri string, add url.Values) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
	}
	return uri + separator + add.Encode()
}

// maxQuery is how long a query may be that we make a browser send: with path and
// host it stays below the 8 KiB that servers and proxies take.
const maxQuery = 7 << 10

// asGET is where a posted request for a browser is made once more with GET, unless
// it is too long for an address. Browsers keep our cookies (SameSite=Lax) back from
// another site's POST, and bring them along when they follow a redirect to GET: who
// comes by POST like nobody may be somebody.
func asGET(c *gin.Context, form url.Values) (address string, ok bool) {
	query := form.Encode()
	return c.Request.URL.Path + "?" + query, len(query) <= maxQuery
}
