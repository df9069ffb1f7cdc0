package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"authserver/internal/web"
	"authserver/internal/web/webtest"

	"github.com/gin-gonic/gin"
)

func TestFormIsTheBodyAndNothingElse(t *testing.T) {
	t.Parallel()
	h := webtest.Server(func(m *web.Mux) {
		m.Root.POST("/form", func(c *gin.Context) error {
			form, err := web.Form(c)
			if err != nil {
				return err
			}
			// Libraries parse again; they must see the same.
			if err := c.Request.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart {
				return err
			}
			return web.JSON(c, http.StatusOK, []url.Values{form, c.Request.PostForm, c.Request.Form})
		})
	}).Handler()
	got := webtest.Body(t, webtest.PostForm(t, h, "/form?q=1", url.Values{"a": {"ä b"}, "resource": {"x", "y"}}))
	want := `[{"a":["ä b"],"resource":["x","y"]},{"a":["ä b"],"resource":["x","y"]},{"a":["ä b"],"q":["1"],"resource":["x","y"]}]`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	twice := webtest.PostForm(t, h, "/form?client_id=1", url.Values{"client_id": {"2"}})
	if body := webtest.Body(t, twice); twice.StatusCode != http.StatusBadRequest || !strings.Contains(body, `"field":"client_id"`) {
		t.Errorf("a parameter in query and form = %d %s", twice.StatusCode, body)
	}
	empty := webtest.Do(h, webtest.Request(t, "POST", "/form", nil))
	if body := webtest.Body(t, empty); body != "[{},{},{}]" {
		t.Errorf("no body = %d %s", empty.StatusCode, body)
	}
}

func TestLargeFormIsRefusedWithoutItsLength(t *testing.T) {
	t.Parallel()
	h := handler(t)
	r := webtest.Request(t, "POST", "/realms/acme/oauth2/token", strings.NewReader("a="+strings.Repeat("x", 64<<10)), "Content-Type: application/x-www-form-urlencoded")
	r.ContentLength = -1
	if got := webtest.Do(h, r); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("chunked large form = %d, want 413", got.StatusCode)
	}
}

func TestNameOfAnAlienParameterIsNotEchoed(t *testing.T) {
	t.Parallel()
	got := webtest.Body(t, webtest.Get(t, handler(t), "/healthz?%3Cscript%3E=1&%3Cscript%3E=2"))
	if strings.Contains(got, "script") {
		t.Errorf("answer repeats what it was sent: %s", got)
	}
}

func TestBodyTakesOneStrictJSONValue(t *testing.T) {
	t.Parallel()
	type draft struct {
		Name string         `json:"name"`
		Size int            `json:"size"`
		Tags []string       `json:"tags"`
		Meta map[string]any `json:"meta"`
	}
	h := webtest.Server(func(m *web.Mux) {
		m.Root.POST("/json", func(c *gin.Context) error {
			var d draft
			if err := web.Body(c, &d); err != nil {
				return err
			}
			return web.JSON(c, http.StatusOK, d)
		})
	}).Handler()
	deep := strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20)
	for _, c := range []struct {
		name, body, kind, code string
		status                 int
	}{
		{"right", `{"name":"ä","size":1,"tags":["a"],"meta":{"x":{"y":[1]}}}`, "application/json", "", 200},
		{"charset", `{"name":"a"}`, "application/json; charset=utf-8", "", 200},
		{"form", `name=a`, "application/x-www-form-urlencoded", "unsupported_media_type", 415},
		{"text", `{"name":"a"}`, "text/plain", "unsupported_media_type", 415},
		{"no type", `{"name":"a"}`, "", "unsupported_media_type", 415},
		{"unknown member", `{"nam":"a"}`, "application/json", "unknown_field", 400},
		{"doubled member", `{"name":"a","name":"b"}`, "application/json", "invalid_json", 400},
		{"doubled by case", `{"name":"a","Name":"b"}`, "application/json", "invalid_json", 400},
		{"doubled deep inside", `{"meta":{"x":[{"a":1,"a":2}]}}`, "application/json", "invalid_json", 400},
		{"wrong type", `{"size":"1"}`, "application/json", "invalid_type", 400},
		{"fraction", `{"size":1.5}`, "application/json", "invalid_type", 400},
		{"huge number", `{"size":1e999}`, "application/json", "invalid_type", 400},
		{"trailing data", `{"name":"a"}{}`, "application/json", "invalid_json", 400},
		{"cut off", `{"name":"a"`, "application/json", "invalid_json", 400},
		{"empty", ``, "application/json", "invalid_json", 400},
		{"NUL", `{"name":"a\u0000"}`, "application/json", "invalid_request", 400},
		{"lone surrogate", `{"name":"\ud800"}`, "application/json", "invalid_request", 400},
		{"invalid UTF-8", "{\"name\":\"\xff\"}", "application/json", "invalid_request", 400},
		{"BOM", "\ufeff{}", "application/json", "invalid_json", 400},
		{"deep", `{"meta":` + deep + `}`, "application/json", "invalid_json", 400},
		{"long list", `{"tags":["a"` + strings.Repeat(`,"a"`, 1000) + `]}`, "application/json", "invalid_json", 400},
		{"large", `{"name":"` + strings.Repeat("x", 65<<10) + `"}`, "application/json", "body_too_large", 413},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := webtest.Request(t, "POST", "/json", strings.NewReader(c.body))
			if c.kind != "" {
				r.Header.Set("Content-Type", c.kind)
			}
			got := webtest.Do(h, r)
			body := webtest.Body(t, got)
			var answer struct{ Code string }
			if err := json.Unmarshal([]byte(body), &answer); err != nil {
				t.Fatal(err)
			}
			if got.StatusCode != c.status || answer.Code != c.code {
				t.Errorf("got %d %s, want %d %s", got.StatusCode, body, c.status, c.code)
			}
		})
	}
}
