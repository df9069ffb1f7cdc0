package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

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

func server(t *testing.T) http.Handler {
	t.Helper()
	return webtest.Server(func(m *web.Mux) {
		m.Pages.GET("/login", page)
		m.Pages.POST("/login", page)
		m.Protocol.POST("/oauth2/token", echo)
	}).Handler()
}

func TestPageIsServedInItsRealmOnly(t *testing.T) {
	t.Parallel()
	h := server(t)
	got := webtest.Get(t, h, "/realms/acme/login")
	if body := webtest.Body(t, got); got.StatusCode != http.StatusOK || !strings.Contains(body, "Sign in") {
		t.Fatalf("GET page = %d %q", got.StatusCode, body)
	}
	if got := webtest.Get(t, h, "/realms/other/login"); got.StatusCode != http.StatusNotFound {
		t.Errorf("unknown realm = %d, want 404", got.StatusCode)
	}
	if got := webtest.Get(t, h, "/realms/acme/login", "X-Realm: other"); got.StatusCode != http.StatusBadRequest {
		t.Errorf("other X-Realm = %d, want 400", got.StatusCode)
	}
}

func TestFormOfAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	h := server(t)
	if got := webtest.PostForm(t, h, "/realms/acme/login", url.Values{}, "Sec-Fetch-Site: cross-site"); got.StatusCode != http.StatusForbidden {
		t.Errorf("cross-site form = %d, want 403", got.StatusCode)
	}
	if got := webtest.PostForm(t, h, "/realms/acme/login", url.Values{}); got.StatusCode != http.StatusOK {
		t.Errorf("own form = %d, want 200", got.StatusCode)
	}
}

func TestParameterGivenTwiceIsRefused(t *testing.T) {
	t.Parallel()
	h := server(t)
	got := webtest.PostForm(t, h, "/realms/acme/oauth2/token", url.Values{"code": {"a", "b"}})
	if body := webtest.Body(t, got); got.StatusCode != http.StatusBadRequest || !strings.Contains(body, `"error":"invalid_request"`) {
		t.Errorf("doubled parameter = %d %s", got.StatusCode, body)
	}
}
