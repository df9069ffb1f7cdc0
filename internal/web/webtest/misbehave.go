package webtest

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"authserver/internal/web"
)

// misbehaviour is a request that no route may take, and the statuses that refuse it.
type misbehaviour struct {
	name   string
	target func(path string) string
	body   string
	header []string
	forms  bool // only for methods with a body
	wants  []int
}

func same(path string) string { return path }

func asked(query string) func(string) string {
	return func(path string) string { return path + "?" + query }
}

func misbehaviours() []misbehaviour {
	const form = "Content-Type: application/x-www-form-urlencoded"
	bad := []int{http.StatusBadRequest}
	unsupported := []int{http.StatusUnsupportedMediaType}
	return []misbehaviour{
		{name: "doubled parameter", target: asked("a=1&a=2"), wants: bad},
		{name: "NUL", target: asked("a=%00"), wants: bad},
		{name: "invalid UTF-8", target: asked("a=%ff"), wants: bad},
		{name: "overlong UTF-8", target: asked("a=%c0%80"), wants: bad},
		{name: "bidi override", target: asked("a=%e2%80%ae"), wants: bad},
		{name: "semicolon", target: asked("a=1;b=2"), wants: bad},
		{name: "broken escape", target: asked("a=%zz"), wants: bad},
		{name: "101 parameters", target: asked("a" + strings.Repeat("&b", 100)), wants: bad},
		{name: "long address", target: asked("a=" + strings.Repeat("x", 9<<10)), wants: []int{http.StatusRequestURITooLong}},
		{name: "compressed body", target: same, body: "a=1", header: []string{form, "Content-Encoding: gzip"}, wants: unsupported},
		{name: "another realm in X-Realm", target: same, header: []string{"X-Realm: nowhere"}, wants: bad},
		{name: "doubled field", target: same, body: "a=1&a=2", header: []string{form}, forms: true, wants: bad},
		{name: "NUL in a field", target: same, body: "a=%00", header: []string{form}, forms: true, wants: bad},
		{name: "large form", target: same, body: "a=" + strings.Repeat("x", 33<<10), header: []string{form}, forms: true, wants: []int{http.StatusRequestEntityTooLarge}},
		{name: "multipart", target: same, body: "--x--", header: []string{"Content-Type: multipart/form-data; boundary=x"}, forms: true, wants: unsupported},
		{name: "JSON for a form", target: same, body: "{}", header: []string{"Content-Type: application/json"}, forms: true, wants: unsupported},
	}
}

// Misbehave tries every mounted route below realms with what strangers send, and
// demands the refusal that it deserves. Parameters of a path other than :realm
// are filled with "x". A route whose POST takes no form is named in except.
func Misbehave(t *testing.T, s *web.Server, realm string, except ...string) {
	t.Helper()
	h := s.Handler()
	for _, route := range s.Routes() {
		if route.Method == http.MethodOptions || !strings.Contains(route.Path, ":realm") {
			continue
		}
		path := fill(route.Path, realm)
		for _, m := range misbehaviours() {
			if m.forms && (route.Method != http.MethodPost || slices.Contains(except, route.Path)) {
				continue
			}
			t.Run(route.Method+" "+route.Path+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				var body io.Reader
				if m.body != "" {
					body = strings.NewReader(m.body)
				}
				got := Do(h, Request(t, route.Method, m.target(path), body, m.header...))
				if slices.Contains(m.wants, got.StatusCode) || m.forms && shut(route, got.StatusCode) {
					return
				}
				t.Errorf("status = %d, want one of %v\n%s", got.StatusCode, m.wants, Body(t, got))
			})
		}
		t.Run(route.Method+" "+route.Path+"/unknown realm", func(t *testing.T) {
			t.Parallel()
			got := Do(h, Request(t, route.Method, fill(route.Path, "nowhere"), nil))
			if got.StatusCode != http.StatusNotFound {
				t.Errorf("status = %d, want 404", got.StatusCode)
			}
		})
	}
}

// shut reports whether the stranger was refused before anybody read the form: what is
// a person's own opens to that person only.
func shut(route web.Route, status int) bool {
	switch route.Surface {
	case "account":
		return status == http.StatusSeeOther || status == http.StatusNotFound
	case "me":
		return status == http.StatusUnauthorized || status == http.StatusNotFound || status == http.StatusUnsupportedMediaType
	}
	return false
}

func fill(path, realm string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch {
		case part == ":realm":
			parts[i] = realm
		case strings.HasPrefix(part, ":"), strings.HasPrefix(part, "*"):
			parts[i] = "x"
		}
	}
	return strings.Join(parts, "/")
}
