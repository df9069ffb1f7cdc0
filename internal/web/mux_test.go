package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"authserver/internal/fault"
	"authserver/internal/web"
	"authserver/internal/web/webtest"
	"authserver/templates"

	"github.com/gin-gonic/gin"
)

func page(c *gin.Context) error {
	return web.Page(c, http.StatusOK, &templates.SignIn{App: templates.App{Name: "Shop"}})
}

func echo(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, form)
}

func posted(c *gin.Context) error {
	if _, err := web.Form(c); err != nil {
		return err
	}
	return page(c)
}

func mount(m *web.Mux) {
	m.Root.GET("/healthz", func(c *gin.Context) error { return web.JSON(c, http.StatusOK, "ok") })
	m.Pages.GET("/login", page)
	m.Pages.POST("/login", posted)
	m.Front.GET("/oauth2/authorize", page)
	m.Front.POST("/oauth2/authorize", posted)
	m.Protocol.CORS(func(_ context.Context, o string) bool { return o == "https://spa.example" }).POST("/oauth2/token", echo)
	m.Protocol.CORS(web.AnyOrigin).GET("/oauth2/jwks", func(c *gin.Context) error { return web.JSON(c, http.StatusOK, "keys") })
}

func handler(t *testing.T) http.Handler {
	t.Helper()
	return webtest.Server(mount).Handler()
}

func TestEveryRouteRefusesWhatStrangersSend(t *testing.T) {
	t.Parallel()
	webtest.Misbehave(t, webtest.Server(mount), "acme")
}

func TestFailuresSpeakTheLanguageOfTheirSurface(t *testing.T) {
	t.Parallel()
	h := handler(t)
	for _, c := range []struct {
		method, path, accept string
		status               int
		kind, contains       string
	}{
		{"GET", "/realms/none/login", "", 404, "text/html; charset=utf-8", "<h1>Nothing here</h1>"},
		{"GET", "/realms/none/oauth2/authorize", "", 404, "text/html; charset=utf-8", "<h1>Nothing here</h1>"},
		{"POST", "/realms/none/oauth2/token", "", 404, "application/json", `"error":"not_found"`},
		{"GET", "/nowhere", "", 404, "application/problem+json", `"code":"not_found"`},
		{"GET", "/nowhere", "text/html,*/*", 404, "text/html; charset=utf-8", "<h1>Nothing here</h1>"},
		{"PUT", "/realms/acme/login", "", 405, "application/problem+json", `"code":"method_not_allowed"`},
		{"TRACE", "/healthz", "", 405, "application/problem+json", `"code":"method_not_allowed"`},
		{"GET", "/realms/acme/login/", "", 404, "application/problem+json", ""},
		{"GET", "/realms/acme//login", "", 404, "application/problem+json", ""},
		{"GET", "/Realms/acme/login", "", 404, "application/problem+json", ""},
		{"GET", "/realms/%61cme/login", "", 404, "text/html; charset=utf-8", "<h1>Nothing here</h1>"},
		{"GET", "/realms/acme%2Flogin", "", 404, "text/html; charset=utf-8", "<h1>Nothing here</h1>"},
		{"POST", "/realms/acme/oauth2/token?a=1&a=2", "", 400, "application/json", `"error":"invalid_request"`},
		{"GET", "/realms/acme/login?a=1&a=2", "", 400, "text/html; charset=utf-8", "<h1>That did not work</h1>"},
		{"GET", "/healthz?a=1&a=2", "", 400, "application/problem+json", `"field":"a"`},
		{"GET", "/realms/x/../acme/login", "", 404, "application/problem+json", ""},
		{"GET", "/realms/acme/login%00", "", 404, "application/problem+json", ""},
		{"GET", "//evil.test/..%2f", "", 404, "application/problem+json", ""},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			t.Parallel()
			r := webtest.Request(t, c.method, "http://auth.test"+c.path, nil)
			r.Header.Set("Accept", c.accept)
			r.Header.Set("X-Forwarded-Prefix", "//evil.test")
			got := webtest.Do(h, r)
			body := webtest.Body(t, got)
			if got.StatusCode != c.status || got.Header.Get("Content-Type") != c.kind || !strings.Contains(body, c.contains) {
				t.Errorf("got %d %s\n%s", got.StatusCode, got.Header.Get("Content-Type"), body)
			}
			if got.Header.Get("Location") != "" {
				t.Errorf("leads to %q", got.Header.Get("Location"))
			}
			if id := got.Header.Get("X-Request-Id"); id == "" || c.kind != "text/html; charset=utf-8" && !strings.Contains(body, id) {
				t.Errorf("the request id %q is not in the answer", id)
			}
			if c.status == 405 && got.Header.Get("Allow") == "" {
				t.Error("405 without Allow (RFC 9110 §15.5.6)")
			}
		})
	}
}

func TestKindsOfFaultBecomeStatuses(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Kind][2]string{
		fault.Invalid: {"400", "invalid_request"}, fault.Unauthenticated: {"401", "invalid_token"},
		fault.Denied: {"403", "access_denied"}, fault.NotFound: {"404", "not_found"},
		fault.Conflict: {"409", "invalid_request"}, fault.Expired: {"410", "invalid_request"},
		fault.Limited: {"429", "temporarily_unavailable"}, fault.Unavailable: {"503", "temporarily_unavailable"},
		fault.Internal: {"500", "server_error"},
	} {
		fail := func(*gin.Context) error { return fault.New(kind, "some_code", `Say "so".`).At("email") }
		h := webtest.Server(func(m *web.Mux) {
			m.Root.GET("/root", fail)
			m.Protocol.GET("/protocol", fail)
			m.Pages.GET("/page", fail)
		}).Handler()
		for _, path := range []string{"/root", "/realms/acme/protocol", "/realms/acme/page"} {
			got := webtest.Get(t, h, path)
			if !strings.HasPrefix(got.Status, want[0]) {
				t.Errorf("%v at %s = %s, want %s", kind, path, got.Status, want[0])
			}
		}
		if body := webtest.Body(t, webtest.Get(t, h, "/realms/acme/protocol")); !strings.Contains(body, `"error":"`+want[1]+`"`) {
			t.Errorf("%v: %s, want the error %s", kind, body, want[1])
		}
	}
}

func TestDetailOfAFailureReachesOnlyTheLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	deps := webtest.Deps()
	deps.Logger = slog.New(slog.NewJSONHandler(&out, nil))
	s := web.New(deps)
	s.Mux().Pages.GET("/broken", func(*gin.Context) error { return errors.New("secret detail") })
	s.Mux().Pages.GET("/panics", func(*gin.Context) error { panic("secret detail") })
	s.Mux().Protocol.GET("/broken-protocol", func(*gin.Context) error { return errors.New("secret detail") })
	for _, path := range []string{"/broken", "/panics", "/broken-protocol"} {
		out.Reset()
		got := webtest.Get(t, s.Handler(), "/realms/acme"+path+"?token=canary", "Authorization: Bearer canary", "Cookie: session-acme=canary")
		body := webtest.Body(t, got)
		if got.StatusCode != http.StatusInternalServerError || strings.Contains(body, "secret") {
			t.Errorf("%s = %d %s", path, got.StatusCode, body)
		}
		line := out.String()
		if strings.Count(line, "\n") != 1 || !strings.Contains(line, "secret detail") || !strings.Contains(line, got.Header.Get("X-Request-Id")) {
			t.Errorf("%s logged %q", path, line)
		}
		if strings.Contains(line, "canary") {
			t.Errorf("%s logged a credential: %s", path, line)
		}
	}
}

func TestABrokenAnswerDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	server := webtest.Server(func(m *web.Mux) {
		m.Root.GET("/half", func(c *gin.Context) error {
			c.Header("Content-Length", "100")
			_ = web.JSON(c, http.StatusOK, "half")
			c.Writer.Flush()
			panic("too late")
		})
	})
	running := httptest.NewServer(server.Handler())
	defer running.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, running.URL+"/half", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := running.Client().Do(request)
	if err == nil {
		defer answer.Body.Close()
		_, err = io.ReadAll(answer.Body)
	}
	if err == nil {
		t.Error("the client saw a whole answer")
	}
}

func TestLogLineCannotBeForged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	deps := webtest.Deps()
	deps.Logger = slog.New(slog.NewTextHandler(&out, nil))
	s := web.New(deps)
	r := webtest.Request(t, "GET", "/x", nil)
	r.Method = "GE\nT"
	r.Header.Set("User-Agent", "a\r\nlevel=ERROR msg=forged")
	r.URL.Path = "/a\nlevel=ERROR msg=forged\x1b[31m"
	webtest.Do(s.Handler(), r)
	if strings.Count(out.String(), "\n") != 1 || strings.Contains(out.String(), "forged") {
		t.Errorf("log = %q", out.String())
	}
}

func TestAClientThatHangsUpIsNoFailureOfOurs(t *testing.T) {
	t.Parallel()
	var status int
	ctx, cancel := context.WithCancel(t.Context())
	s := webtest.Server(func(m *web.Mux) {
		m.Root.GET("/slow", func(c *gin.Context) error {
			cancel()
			return c.Request.Context().Err()
		})
	})
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, webtest.Request(t, "GET", "/slow", nil).WithContext(ctx))
	if status = w.Code; status != 499 {
		t.Errorf("status = %d, want 499", status)
	}
}

func TestHeadersOfEveryPage(t *testing.T) {
	t.Parallel()
	deps := webtest.Deps()
	deps.PublicURL = &url.URL{Scheme: "https", Host: "auth.example"}
	s := web.New(deps)
	mount(s.Mux())
	for _, path := range []string{"/realms/acme/login", "/realms/acme/oauth2/authorize", "/realms/none/login"} {
		h := webtest.Get(t, s.Handler(), path).Header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
			"Strict-Transport-Security": "max-age=31536000", "Content-Language": "en",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %q", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q allows inline code", path, csp)
		}
	}
	if got := webtest.Get(t, handler(t), "/realms/acme/login").Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("HSTS over http: %q", got)
	}
}
