package metrics

import (
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"authserver/internal/secret"
)

// Request counts one answered request. internal/web calls it, with the pattern of
// the route and a method that it knows, so that no stranger writes labels.
func (m *Metrics) Request(route, method string, status int, took time.Duration) {
	class := statusClass(status)
	m.requests.WithLabelValues(route, method, class).Observe(took.Seconds())
	if strings.HasSuffix(route, "/oauth2/token") {
		m.tokenRequests.WithLabelValues(class).Observe(took.Seconds())
	}
}

func statusClass(status int) string {
	switch {
	case status >= 500:
		return "5xx"
	case status >= 400:
		return "4xx"
	case status >= 300:
		return "3xx"
	case status >= 200:
		return "2xx"
	default:
		return "1xx"
	}
}

// Handler shows the series. With a token it answers only who presents it as a
// bearer; without one it is open and belongs on a listener of its own.
func (m *Metrics) Handler(token string) http.Handler {
	show := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		Registry: m.registry, MaxRequestsInFlight: 4, Timeout: 10 * time.Second, EnableOpenMetrics: true,
	})
	expected := secret.Digest(token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Method not allowed.", http.StatusMethodNotAllowed)
			return
		}
		// Digests are compared, so that neither content nor length of the token shows
		// in the time (authentik CVE-2024-52307).
		if token != "" && !secret.Equal(secret.Digest(bearer(r)), expected) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="metrics"`)
			http.Error(w, "A bearer token is needed.", http.StatusUnauthorized)
			return
		}
		show.ServeHTTP(w, r)
	})
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}
