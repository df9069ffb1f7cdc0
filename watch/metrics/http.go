package metrics

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"authserver/internal/secret"
)

// Request counts one answered request. internal/web calls it, with the pattern of
// the route and a method that it knows, so that no stranger writes labels.
func (m *Metrics) Request(route, method string, status int, took time.Duration) {
	class := statusClass(status)
	route = m.routes.label(route)
	m.answers.WithLabelValues(route, method, statusText(status)).Inc()
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

// statusText is the status as a label: one of those that HTTP has names for.
func statusText(status int) string {
	if http.StatusText(status) == "" {
		return other
	}
	return strconv.Itoa(status)
}

// InFlight is told of each request when it begins (1) and when it ends (-1).
func (m *Metrics) InFlight(change float64) { m.inFlight.Add(change) }

// Handler shows the series. With a token it answers only who presents it as a
// bearer; without one it is open and belongs on a listener of its own. With
// ?realm=SLUG it shows the series of that realm and no others.
func (m *Metrics) Handler(token string) http.Handler {
	options := promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second, EnableOpenMetrics: true}
	one := options
	options.Registry = m.registry
	show := promhttp.HandlerFor(m.registry, options)
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
		if slug := r.URL.Query().Get("realm"); slug != "" {
			promhttp.HandlerFor(m.ofRealm(slug), one).ServeHTTP(w, r)
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
