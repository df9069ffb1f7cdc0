package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/templates"

	"github.com/gin-gonic/gin"
)

func TestOnlyOurOwnPagesPostToPages(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, c := range []struct {
		name   string
		path   string
		header []string
		want   int
	}{
		{"own page", "/login", []string{"Sec-Fetch-Site: same-origin", "Origin: http://auth.test"}, 200},
		{"own page, origin hidden", "/login", []string{"Sec-Fetch-Site: same-origin", "Origin: null"}, 200},
		{"another site", "/login", []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.test"}, 403},
		{"a subdomain", "/login", []string{"Sec-Fetch-Site: same-site", "Origin: http://x.auth.test"}, 403},
		{"another site, old browser", "/login", []string{"Origin: https://evil.test"}, 403},
		{"sandboxed frame, old browser", "/login", []string{"Origin: null"}, 403},
		{"own page, old browser", "/login", []string{"Origin: http://auth.test"}, 200},
		{"no browser", "/login", nil, 200},
		{"an application's form", "/oauth2/authorize", []string{"Sec-Fetch-Site: cross-site", "Origin: https://app.test"}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := webtest.Request(t, "POST", "http://auth.test/realms/acme"+c.path, nil, c.header...)
			if got := webtest.Do(h, r); got.StatusCode != c.want {
				t.Errorf("status = %d, want %d", got.StatusCode, c.want)
			}
		})
	}
}

func TestScriptsOfAllowedOriginsMayReadAnswers(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, c := range []struct{ path, origin, want string }{
		{"/realms/acme/oauth2/token", "https://spa.example", "https://spa.example"},
		{"/realms/acme/oauth2/token", "https://spa.example.evil.test", ""},
		{"/realms/acme/oauth2/token", "null", ""},
		{"/realms/acme/oauth2/token", "", ""},
		{"/realms/acme/oauth2/jwks", "https://any.test", "https://any.test"},
		{"/realms/acme/oauth2/jwks", "null", ""},
	} {
		got := webtest.Do(h, webtest.Request(t, "OPTIONS", c.path, nil, "Origin: "+c.origin,
			"Access-Control-Request-Method: POST", "Access-Control-Request-Headers: x-"+strings.Repeat("a", 4096)))
		if got.StatusCode != http.StatusNoContent || got.Header.Get("Access-Control-Allow-Origin") != c.want {
			t.Errorf("%s from %q = %d, allows %q, want %q", c.path, c.origin, got.StatusCode, got.Header.Get("Access-Control-Allow-Origin"), c.want)
		}
		if got.Header.Get("Access-Control-Allow-Credentials") != "" || !strings.Contains(got.Header.Get("Vary"), "Origin") {
			t.Errorf("%s from %q: headers %v", c.path, c.origin, got.Header)
		}
	}
	refused := webtest.Get(t, h, "/realms/acme/login", "Origin: https://spa.example")
	if refused.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a page is readable by another origin")
	}
}

func TestCookiesAreBoundToTheHostOverHTTPS(t *testing.T) {
	t.Parallel()
	deps := webtest.Deps()
	deps.PublicURL = &url.URL{Scheme: "https", Host: "auth.example"}
	s := web.New(deps)
	s.Mux().Pages.GET("/set", func(c *gin.Context) error {
		web.SetCookie(c, "session-acme", "value", time.Hour)
		web.ClearCookie(c, "other")
		return web.Redirect(c, "/realms/acme/got?"+web.Cookie(c, "session-acme"))
	})
	got := webtest.Get(t, s.Handler(), "/realms/acme/set", "Cookie: session-acme=planted; __Host-session-acme=mine")
	want := []string{
		"__Host-session-acme=value; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax",
		"__Host-other=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
	}
	if cookies := got.Header["Set-Cookie"]; strings.Join(cookies, "\n") != strings.Join(want, "\n") {
		t.Errorf("Set-Cookie = %q, want %q", cookies, want)
	}
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/realms/acme/got?mine" {
		t.Errorf("answer = %d to %q", got.StatusCode, got.Header.Get("Location"))
	}
}

func TestFormsMayLeadToTheApplicationOnly(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"https://app.example/cb?x=1":           "form-action 'self' https://app.example",
		"http://127.0.0.1:8123/cb":             "form-action 'self' http://127.0.0.1:8123",
		"http://[::1]:8123/cb":                 "form-action 'self' http://[::1]:8123",
		"com.example.app:/cb":                  "form-action 'self' com.example.app:",
		"javascript:alert(1)":                  "form-action 'self'",
		"https://a.example;script-src *":       "form-action 'self'",
		"https://a.example' 'unsafe-inline/cb": "form-action 'self'",
		"https:///cb":                          "form-action 'self'",
		"":                                     "form-action 'self'",
	} {
		h := webtest.Server(func(m *web.Mux) {
			m.Pages.GET("/login", func(c *gin.Context) error {
				web.AllowFormAction(c, uri)
				return page(c)
			})
		}).Handler()
		if csp := webtest.Get(t, h, "/realms/acme/login").Header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "; "+want) {
			t.Errorf("%q: policy = %q, want it to end in %q", uri, csp, want)
		}
	}
}

func TestRedirectRefusesAddressesThatSplitHeaders(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "/a\r\nSet-Cookie: x=1", "/a b", "/a\x7f"} {
		h := webtest.Server(func(m *web.Mux) {
			m.Pages.GET("/go", func(c *gin.Context) error { return web.Redirect(c, address) })
		}).Handler()
		if got := webtest.Get(t, h, "/realms/acme/go"); got.StatusCode != http.StatusInternalServerError || got.Header.Get("Location") != "" {
			t.Errorf("%q = %d", address, got.StatusCode)
		}
	}
}

func TestLanguageOfAPage(t *testing.T) {
	t.Parallel()
	deps := webtest.Deps()
	deps.Brand = func(context.Context) templates.Brand { return templates.Brand{DefaultLanguage: "de"} }
	s := web.New(deps)
	mount(s.Mux())
	s.Mux().Pages.GET("/known", func(c *gin.Context) error {
		web.PreferLanguage(c, "de")
		return page(c)
	})
	for _, c := range []struct {
		name, path string
		header     []string
		want       string
	}{
		{"the realm's", "/login", nil, "de"},
		{"the browser's", "/login", []string{"Accept-Language: en-GB"}, "en"},
		{"the application's", "/login?ui_locales=en", []string{"Accept-Language: de"}, "en"},
		{"the account's", "/known", []string{"Accept-Language: en"}, "de"},
		{"chosen before", "/known", []string{"Cookie: language=en"}, "en"},
		{"chosen now", "/login?lang=en", []string{"Cookie: language=de"}, "en"},
		{"nonsense", "/login?lang=xx", []string{"Cookie: language=%00"}, "de"},
	} {
		got := webtest.Get(t, s.Handler(), "/realms/acme"+c.path, c.header...)
		if lang := got.Header.Get("Content-Language"); lang != c.want {
			t.Errorf("%s = %q, want %q", c.name, lang, c.want)
		}
		if kept := got.Header.Get("Set-Cookie") != ""; kept != (c.name == "chosen now") {
			t.Errorf("%s: cookie set: %v", c.name, kept)
		}
	}
}

func TestColoursOfARealmAreAStyleSheet(t *testing.T) {
	t.Parallel()
	theme := templates.Theme{Primary: "#e8590c"}
	deps := webtest.Deps()
	deps.Brand = func(context.Context) templates.Brand { return templates.Brand{Name: "Acme", Theme: theme} }
	s := web.New(deps)
	mount(s.Mux())
	body := webtest.Body(t, webtest.Get(t, s.Handler(), "/realms/acme/login"))
	_, rest, found := strings.Cut(body, `href="/realms/acme/theme/`)
	if !found {
		t.Fatalf("the page names no style sheet:\n%s", body)
	}
	file, _, _ := strings.Cut(rest, `"`)
	got := webtest.Get(t, s.Handler(), "/realms/acme/theme/"+file)
	if css := webtest.Body(t, got); css != theme.Stylesheet() || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%s = %q, Cache-Control %q", file, css, got.Header.Get("Cache-Control"))
	}
	if got := webtest.Get(t, s.Handler(), "/realms/acme/theme/000000000000.css").Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("under another digest: Cache-Control %q, want no-cache", got)
	}
	if got := webtest.Get(t, handler(t), "/realms/acme/theme/x.css"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a realm without colours = %d, want 404", got.StatusCode)
	}
}

func TestFilesOfPagesAreServed(t *testing.T) {
	t.Parallel()
	h := handler(t)
	body := webtest.Body(t, webtest.Get(t, h, "/realms/acme/login"))
	for _, attribute := range []string{`href="/static/`, `src="/static/`} {
		_, rest, found := strings.Cut(body, attribute)
		name, _, _ := strings.Cut(rest, `"`)
		got := webtest.Get(t, h, "/static/"+name)
		if !found || got.StatusCode != http.StatusOK || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s%s = %d, Cache-Control %q", attribute, name, got.StatusCode, got.Header.Get("Cache-Control"))
		}
	}
}
