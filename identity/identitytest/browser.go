package identitytest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"authserver/internal/web"
	"authserver/templates"
	"authserver/tenant/realm"
)

// Serve is the router of production in front of what mount adds. Persons may be nil.
func (h *House) Serve(persons web.Persons, mount func(*web.Mux)) http.Handler {
	server := web.New(web.Deps{
		Realms: h.Realms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: h.Clock.Now, Persons: persons,
		PublicURL: &url.URL{Scheme: "http", Host: "auth.test"},
		Brand: func(ctx context.Context) templates.Brand {
			r, ok := realm.Maybe(ctx)
			if !ok {
				return templates.Brand{}
			}
			return templates.Brand{Slug: r.Slug, Name: r.Name}
		},
	})
	mount(server.Mux())
	return server.Handler()
}

// Browser keeps cookies and the page that it was shown last.
type Browser struct {
	T       testing.TB
	Handler http.Handler
	// Cookies are by name.
	Cookies map[string]string
	// Page is the last HTML, Body the last of anything else.
	Page *goquery.Document
	Body string
}

// NewBrowser returns one in front of the handler.
func NewBrowser(t testing.TB, handler http.Handler) *Browser {
	return &Browser{T: t, Handler: handler, Cookies: map[string]string{}}
}

// SignIn gives the browser the cookie of a session of the user in Realm.
func (b *Browser) SignIn(h *House, userID string) {
	b.T.Helper()
	_, b.Cookies["session-"+h.Realm.Slug] = h.Session(b.T, userID)
}

// Get opens an address.
func (b *Browser) Get(target string) *http.Response {
	b.T.Helper()
	return b.Send(http.MethodGet, target, "", "")
}

// Post sends a form to an address.
func (b *Browser) Post(target string, form url.Values) *http.Response {
	b.T.Helper()
	return b.Send(http.MethodPost, target, "application/x-www-form-urlencoded", form.Encode())
}

// JSON sends a body to an address, with headers as names and values in turn.
func (b *Browser) JSON(method, target, body string, headers ...string) *http.Response {
	b.T.Helper()
	return b.Send(method, target, "application/json", body, headers...)
}

// Send sends a request and takes what comes back into the browser.
func (b *Browser) Send(method, target, kind, body string, headers ...string) *http.Response {
	b.T.Helper()
	r := httptest.NewRequestWithContext(b.T.Context(), method, "http://auth.test"+target, strings.NewReader(body))
	if body == "" {
		r = httptest.NewRequestWithContext(b.T.Context(), method, "http://auth.test"+target, nil)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for name, value := range b.Cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.Handler.ServeHTTP(w, r)
	got := w.Result()
	for _, cookie := range got.Cookies() {
		if cookie.MaxAge < 0 {
			delete(b.Cookies, cookie.Name)
		} else {
			b.Cookies[cookie.Name] = cookie.Value
		}
	}
	b.Body, b.Page = w.Body.String(), nil
	if strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		var err error
		if b.Page, err = goquery.NewDocumentFromReader(strings.NewReader(b.Body)); err != nil {
			b.T.Fatal(err)
		}
	}
	return got
}

// Form is what submitting the page's form in main sends, with fields filled in: name
// and value in turn.
func (b *Browser) Form(fields ...string) url.Values {
	b.T.Helper()
	if b.Page == nil {
		b.T.Fatalf("there is no page: %s", b.Body)
	}
	form := url.Values{}
	b.Page.Find("main form").First().Find("input[name], select[name], textarea[name]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		if _, disabled := s.Attr("disabled"); disabled {
			return
		}
		switch goquery.NodeName(s) {
		case "select":
			form.Set(name, s.Find("option[selected]").AttrOr("value", s.Find("option").First().AttrOr("value", "")))
		case "textarea":
			form.Set(name, s.Text())
		default:
			if _, on := s.Attr("checked"); on || s.AttrOr("type", "") != "checkbox" {
				form.Set(name, s.AttrOr("value", ""))
			}
		}
	})
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

// Submit sends the page's form to where it says.
func (b *Browser) Submit(fields ...string) *http.Response {
	b.T.Helper()
	return b.Post(b.Page.Find("main form").First().AttrOr("action", ""), b.Form(fields...))
}

// Alert is what the page says that was wrong.
func (b *Browser) Alert() string { return b.text("[role=alert]") }

// Wrong is what the page says beside an input.
func (b *Browser) Wrong(field string) string { return b.text("#" + field + "-wrong") }

func (b *Browser) text(selector string) string {
	if b.Page == nil {
		return ""
	}
	return strings.Join(strings.Fields(b.Page.Find(selector).Text()), " ")
}
