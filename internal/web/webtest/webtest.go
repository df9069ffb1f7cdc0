// Package webtest makes it easy to send requests to routes in tests, and to
// treat every route the way strangers do.
package webtest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/internal/fault"
	"authserver/internal/web"
)

// Realms resolves the slugs it is made of and no others, without touching the
// context.
type Realms []string

// Resolve implements web.Realms.
func (r Realms) Resolve(ctx context.Context, slug string) (context.Context, error) {
	for _, known := range r {
		if known == slug {
			return ctx, nil
		}
	}
	return nil, fault.New(fault.NotFound, "realm_not_found", "There is no such realm.")
}

// Deps are enough for a server at http://auth.test whose only realm is "acme".
func Deps() web.Deps {
	return web.Deps{
		Realms:    Realms{"acme"},
		Logger:    slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError + 1})),
		Now:       func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		PublicURL: &url.URL{Scheme: "http", Host: "auth.test"},
	}
}

// Server mounts routes on a server with Deps.
func Server(mount func(*web.Mux)) *web.Server {
	s := web.New(Deps())
	mount(s.Mux())
	return s
}

// Request is a request to target, with header lines given as "Name: value".
func Request(t testing.TB, method, target string, body io.Reader, header ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, body)
	for _, line := range header {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("header line %q is not of the form \"Name: value\"", line)
		}
		r.Header.Add(name, value)
	}
	return r
}

// Get sends a GET and returns the answer.
func Get(t testing.TB, h http.Handler, target string, header ...string) *http.Response {
	t.Helper()
	return Do(h, Request(t, http.MethodGet, target, nil, header...))
}

// PostForm sends a form as a page of the same origin does.
func PostForm(t testing.TB, h http.Handler, target string, form url.Values, header ...string) *http.Response {
	t.Helper()
	r := Request(t, http.MethodPost, target, strings.NewReader(form.Encode()), header...)
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.Header.Get("Sec-Fetch-Site") == "" {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return Do(h, r)
}

// Do serves one request.
func Do(h http.Handler, r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// Body reads the whole answer.
func Body(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	return string(b)
}
