package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/templates"

	"github.com/gin-gonic/gin"
)

// porter lets in who has the cookie or the token "ann", and freshly who has "ann-now".
type porter struct{}

func (porter) Account(c *gin.Context, back string, fresh bool) (bool, error) {
	who := web.Cookie(c, "who")
	if who == "ann-now" || who == "ann" && !fresh {
		return true, nil
	}
	return false, web.Redirect(c, "/sign-in?back="+back)
}

var (
	errWho   = fault.New(fault.Unauthenticated, "sign_in_required", "Sign in.")
	errFresh = fault.New(fault.Unauthenticated, "step_up_required", "Sign in again.")
)

func (porter) Me(c *gin.Context, fresh bool) error {
	token, bearer := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
	if !bearer {
		token = web.Cookie(c, "who")
	}
	switch {
	case token == "ann-now" || token == "ann" && !fresh:
		return nil
	case token == "ann":
		return web.Challenge(errFresh, "insufficient_user_authentication", "max_age", "600")
	}
	return errWho
}

func (porter) Person(c *gin.Context) (templates.Person, error) {
	web.PreferLanguage(c, "de")
	return templates.Person{Name: "Ann", Email: "ann@example.com", Initials: "A", Zone: time.UTC}, nil
}

func personal(t *testing.T, persons web.Persons) *web.Server {
	t.Helper()
	deps := webtest.Deps()
	deps.Persons = persons
	s := web.New(deps)
	show := func(c *gin.Context) error {
		return web.Page(c, http.StatusOK, &templates.AccountOverview{AccountFrame: templates.AccountFrame{Section: "overview"}})
	}
	post := func(c *gin.Context) error {
		if _, err := web.Form(c); err != nil {
			return err
		}
		return web.Redirect(c, web.AccountURL(c.Request.Context(), "/things", "thing_ended"))
	}
	change := func(c *gin.Context) error {
		var body struct{ Name string }
		if err := web.Body(c, &body); err != nil {
			return err
		}
		return web.JSON(c, http.StatusOK, body)
	}
	m := s.Mux()
	m.Account.GET("", show)
	m.Account.GET("/things", show)
	m.Account.POST("/things/:id/end", post)
	m.Account.Fresh().GET("/keys", show)
	m.Account.Fresh().POST("/keys/:id", post)
	m.Account.Fresh().POST("/nowhere", post)
	m.Me.GET("/things", func(c *gin.Context) error { return web.JSON(c, http.StatusOK, "things") })
	m.Me.PATCH("/things/:id", change)
	m.Me.PUT("/things/:id", change)
	m.Me.POST("/things", change)
	gone := func(c *gin.Context) error { return web.JSON(c, http.StatusOK, "gone") }
	m.Me.DELETE("/things/:id", gone)
	m.Me.Fresh().DELETE("/keys/:id", gone)
	return s
}

const account = "/realms/acme/account"

func TestAccountIsForWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	h := personal(t, porter{}).Handler()
	for _, c := range []struct{ name, method, path, cookie, back string }{
		{"a page", "GET", "/things", "", "/account/things"},
		{"a page with a query", "GET", "/things?cursor=a%26b&done=x&lang=de", "", "/account/things?cursor=a%26b"},
		{"a form whose page stands above", "POST", "/things/7/end", "", "/account/things"},
		{"a page, signed in long ago", "GET", "/keys", "ann", "/account/keys"},
		{"a form, signed in long ago", "POST", "/keys/7", "ann", "/account/keys"},
		{"a form without a page", "POST", "/nowhere", "ann", "/account"},
		{"the first page", "GET", "", "", "/account"},
	} {
		r := webtest.Request(t, c.method, account+c.path, nil, "Cookie: who="+c.cookie, "Sec-Fetch-Site: same-origin")
		got := webtest.Do(h, r)
		if want := "/sign-in?back=" + c.back; got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != want {
			t.Errorf("%s: %d to %q, want %q", c.name, got.StatusCode, got.Header.Get("Location"), want)
		}
	}
	if got := webtest.Get(t, h, account+"/keys", "Cookie: who=ann-now"); got.StatusCode != http.StatusOK {
		t.Errorf("signed in just now: %d", got.StatusCode)
	}
	got := webtest.Get(t, h, account+"/things", "Cookie: who=ann")
	body := webtest.Body(t, got)
	if got.StatusCode != http.StatusOK || !strings.Contains(body, `<span class="bar-name">Ann</span>`) || !strings.Contains(body, `lang="de"`) ||
		got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("signed in: %d, headers %v\n%s", got.StatusCode, got.Header, body)
	}
	done := webtest.PostForm(t, h, account+"/things/7/end", nil, "Cookie: who=ann")
	if want := account + "/things?done=thing_ended"; done.Header.Get("Location") != want {
		t.Errorf("after a form: %q, want %q", done.Header.Get("Location"), want)
	}
}

func TestFormsOfOtherSitesDoNotReachTheAccount(t *testing.T) {
	t.Parallel()
	h := personal(t, porter{}).Handler()
	for _, c := range []struct {
		method, path string
		header       []string
		want         int
	}{
		{"POST", account + "/things/7/end", []string{"Cookie: who=ann", "Sec-Fetch-Site: cross-site"}, 403},
		{"POST", account + "/things/7/end", []string{"Cookie: who=ann", "Origin: https://evil.test"}, 403},
		{"DELETE", me + "/things/7", []string{"Cookie: who=ann", "Sec-Fetch-Site: cross-site"}, 403},
		{"DELETE", me + "/things/7", []string{"Cookie: who=ann", "Origin: null"}, 403},
		{"DELETE", me + "/things/7", []string{"Cookie: who=ann", "Sec-Fetch-Site: same-origin"}, 200},
		{"GET", me + "/things", []string{"Cookie: who=ann", "Sec-Fetch-Site: cross-site"}, 200},
		{"DELETE", me + "/things/7", []string{"Authorization: Bearer ann", "Sec-Fetch-Site: cross-site"}, 200},
		{"DELETE", me + "/things/7", []string{"Authorization: nonsense", "Cookie: who=", "Sec-Fetch-Site: cross-site"}, 401},
	} {
		if got := webtest.Do(h, webtest.Request(t, c.method, c.path, nil, c.header...)); got.StatusCode != c.want {
			t.Errorf("%s %s with %q = %d, want %d", c.method, c.path, c.header, got.StatusCode, c.want)
		}
	}
}

const me = "/api/v1/realms/acme/me"

func TestMeSpeaksJSON(t *testing.T) {
	t.Parallel()
	h := personal(t, porter{}).Handler()
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, method, path, who, kind, body string
		want                                int
		contains, challenge                 string
	}{
		{"nobody", "GET", "/things", "", "", "", 401, `"code":"sign_in_required"`, `Bearer realm="account"`},
		{"a cookie", "GET", "/things", "Cookie: who=ann", "", "", 200, "things", ""},
		{"a token", "GET", "/things", "Authorization: Bearer ann", "", "", 200, "things", ""},
		{"a change", "PATCH", "/things/1", "Cookie: who=ann", "application/json", `{"Name":"x"}`, 200, `"x"`, ""},
		{"another change", "PUT", "/things/1", "Cookie: who=ann", "application/json; charset=utf-8", `{"Name":"x"}`, 200, `"x"`, ""},
		{"a form", "POST", "/things", "Cookie: who=ann", form, "Name=x", 415, `"code":"unsupported_media_type"`, ""},
		{"text", "DELETE", "/things/1", "Cookie: who=ann", "text/plain", `{"Name":"x"}`, 415, `"code":"unsupported_media_type"`, ""},
		{"unknown member", "PATCH", "/things/1", "Authorization: Bearer ann", "application/json", `{"id":"x"}`, 400, `"code":"unknown_field"`, ""},
		{"long ago", "DELETE", "/keys/1", "Authorization: Bearer ann", "", "", 401, `"code":"step_up_required"`,
			`Bearer realm="account", error="insufficient_user_authentication", error_description="Sign in again.", max_age="600"`},
		{"just now", "DELETE", "/keys/1", "Authorization: Bearer ann-now", "", "", 200, "", ""},
	} {
		header := []string{"Sec-Fetch-Site: same-origin"}
		if c.who != "" {
			header = append(header, c.who)
		}
		if c.kind != "" {
			header = append(header, "Content-Type: "+c.kind)
		}
		got := webtest.Do(h, webtest.Request(t, c.method, me+c.path, strings.NewReader(c.body), header...))
		body := webtest.Body(t, got)
		if got.StatusCode != c.want || !strings.Contains(body, c.contains) || got.Header.Get("WWW-Authenticate") != c.challenge {
			t.Errorf("%s: %d %s, challenge %q", c.name, got.StatusCode, body, got.Header.Get("WWW-Authenticate"))
		}
		if c.want >= 400 && got.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: failure is %q", c.name, got.Header.Get("Content-Type"))
		}
		if got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", c.name, got.Header)
		}
	}
}

func TestWithoutPersonsThereIsNoAccount(t *testing.T) {
	t.Parallel()
	s := personal(t, nil)
	for _, r := range s.Routes() {
		if r.Surface != "account" && r.Surface != "me" {
			continue
		}
		path := strings.ReplaceAll(strings.ReplaceAll(r.Path, ":realm", "acme"), ":id", "7")
		if got := webtest.Do(s.Handler(), webtest.Request(t, r.Method, path, nil)); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s = %d, want 404", r.Method, path, got.StatusCode)
		}
	}
	routes := s.Routes()
	for _, want := range []web.Route{
		{Method: "POST", Path: "/realms/:realm/account/things/:id/end", Surface: "account"},
		{Method: "PATCH", Path: "/api/v1/realms/:realm/me/things/:id", Surface: "me"},
	} {
		if !slices.Contains(routes, want) {
			t.Errorf("routes lack %v", want)
		}
	}
}

func TestEveryPersonalRouteRefusesWhatStrangersSend(t *testing.T) {
	t.Parallel()
	webtest.Misbehave(t, personal(t, porter{}), "acme")
}
