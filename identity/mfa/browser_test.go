package mfa_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"authserver/identity/identitytest"
	"authserver/identity/session"
)

// browser keeps cookies.
type browser struct {
	t    *testing.T
	h    *house
	jar  map[string]string
	ip   string
	page *goquery.Document
	body string
	at   string // path and query of the page
}

func (h *house) browser(t *testing.T) *browser {
	return &browser{t: t, h: h, jar: map[string]string{}, ip: "192.0.2.1"}
}

func (b *browser) send(method, target string, form url.Values, header ...string) *http.Response {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(b.t.Context(), method, "http://auth.test"+target, body)
	r.RemoteAddr = b.ip + ":1"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.web.ServeHTTP(w, r)
	got := w.Result()
	for _, cookie := range got.Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.jar, cookie.Name)
		} else {
			b.jar[cookie.Name] = cookie.Value
		}
	}
	b.at = target
	b.body = w.Body.String()
	if strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		var err error
		if b.page, err = goquery.NewDocumentFromReader(strings.NewReader(b.body)); err != nil {
			b.t.Fatal(err)
		}
	}
	return got
}

// open follows redirects until a page, or an address outside.
func (b *browser) open(target string) *http.Response {
	b.t.Helper()
	return b.follow(b.send(http.MethodGet, target, nil))
}

func (b *browser) follow(got *http.Response) *http.Response {
	b.t.Helper()
	for range 10 {
		to := got.Header.Get("Location")
		if got.StatusCode != http.StatusSeeOther || strings.HasPrefix(to, "https://") {
			b.at = or(to, b.at)
			return got
		}
		got = b.send(http.MethodGet, to, nil)
	}
	b.t.Fatal("redirected in a circle")
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// form is what submitting the page's form with the button action would send; an empty
// action is the first form.
func (b *browser) form(action string, fields ...string) (to string, form url.Values) {
	b.t.Helper()
	f := b.page.Find("main form").First()
	if action != "" {
		f = b.page.Find("main button[value='" + action + "']").First().Closest("form")
	}
	if f.Length() == 0 {
		b.t.Fatalf("no form for %q at %s:\n%s", action, b.at, b.page.Find("main").Text())
	}
	form = url.Values{}
	f.Find("input[name]").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("type", "") != "checkbox" {
			form.Set(s.AttrOr("name", ""), s.AttrOr("value", ""))
		}
	})
	if action != "" {
		form.Set("action", action)
	}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return f.AttrOr("action", ""), form
}

// press submits the form of a button and returns the answer, not where it leads.
func (b *browser) press(action string, fields ...string) *http.Response {
	b.t.Helper()
	to, form := b.form(action, fields...)
	return b.send(http.MethodPost, to, form)
}

// signIn brings the browser past the password and returns where that leads.
func (b *browser) signIn(email string, query ...string) string {
	b.t.Helper()
	b.open("/realms/acme/start" + strings.Join(query, ""))
	if !strings.HasPrefix(b.at, "/realms/acme/login") {
		b.t.Fatalf("start leads to %s", b.at)
	}
	b.follow(b.press("", "email", email, "password", identitytest.Password))
	return b.at
}

// path is where the browser is, without query.
func (b *browser) path() string {
	path, _, _ := strings.Cut(b.at, "?")
	return strings.TrimPrefix(path, "/realms/acme")
}

func (b *browser) done() bool { return b.at == redirectURI+"?outcome=done" }

func (b *browser) alert() string {
	return strings.Join(strings.Fields(b.page.Find("[role=alert]").First().Text()), " ")
}

// session is the one that the browser's cookie opens.
func (b *browser) session() *session.Session {
	b.t.Helper()
	s, err := b.h.Sessions.Current(b.h.Context, b.h.Realm, b.jar["session-acme"])
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}
