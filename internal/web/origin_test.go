package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/web"
	"authserver/internal/web/webtest"

	"github.com/gin-gonic/gin"
)

// INC-175 to INC-177: the address of a client is what trusted proxies say, and
// never what the client says itself.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		peer    string
		trusted string
		lines   []string
		want    string
	}{
		{"no proxy", "203.0.113.9:1", "", nil, "203.0.113.9"},
		{"forged without proxy", "203.0.113.9:1", "", []string{"1.2.3.4"}, "203.0.113.9"},
		{"one proxy", "10.0.0.1:1", "10.0.0.0/8", []string{"203.0.113.9"}, "203.0.113.9"},
		{"forged through a proxy", "10.0.0.1:1", "10.0.0.0/8", []string{"1.2.3.4, 203.0.113.9"}, "203.0.113.9"},
		{"forged line before the proxy's", "10.0.0.1:1", "10.0.0.0/8", []string{"1.2.3.4", "203.0.113.9"}, "203.0.113.9"},
		{"two proxies", "10.0.0.1:1", "10.0.0.0/8", []string{"203.0.113.9,10.0.0.2"}, "203.0.113.9"},
		{"a name is not looked up", "10.0.0.1:1", "10.0.0.0/8", []string{"evil.test"}, "10.0.0.1"},
		{"all trusted", "10.0.0.1:1", "10.0.0.0/8", []string{"10.0.0.3"}, "10.0.0.3"},
		{"mapped IPv6", "[::ffff:10.0.0.1]:1", "10.0.0.0/8", []string{"2001:db8::1"}, "2001:db8::1"},
		{"zone", "[fe80::1%eth0]:1", "", nil, "fe80::1"},
		{"unix socket", "@", "", nil, ""},
		{"commas", "10.0.0.1:1", "10.0.0.0/8", []string{strings.Repeat(",", 8000)}, "10.0.0.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deps := webtest.Deps()
			if c.trusted != "" {
				deps.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(c.trusted)}
			}
			s := web.New(deps)
			var got, gins string
			s.Mux().Root.GET("/ip", func(c *gin.Context) error {
				got, gins = web.ClientIP(c.Request.Context()), c.ClientIP()
				return web.JSON(c, http.StatusOK, nil)
			})
			r := webtest.Request(t, "GET", "/ip", nil, "X-Real-IP: 6.6.6.6", "Forwarded: for=6.6.6.6")
			r.RemoteAddr = c.peer
			r.Header["X-Forwarded-For"] = c.lines
			webtest.Do(s.Handler(), r)
			if got != c.want {
				t.Errorf("ClientIP = %q, want %q", got, c.want)
			}
			if strings.Contains(gins, "6.6.6.6") || strings.Contains(gins, "1.2.3.4") {
				t.Errorf("gin believes in %q", gins)
			}
		})
	}
}

func TestEventsKnowWhereARequestCameFrom(t *testing.T) {
	t.Parallel()
	var got event.Actor
	var requestID string
	h := webtest.Server(func(m *web.Mux) {
		m.Pages.GET("/who", func(c *gin.Context) error {
			got, _ = event.ActorFrom(c.Request.Context())
			requestID = web.RequestID(c.Request.Context())
			return page(c)
		})
	}).Handler()
	answer := webtest.Get(t, h, "/realms/acme/who", "User-Agent: curl/8\x00\xff"+strings.Repeat("x", 1000), "X-Request-Id: forged")
	want := event.Actor{Kind: event.Anonymous, IP: "192.0.2.1", UserAgent: "curl/8??" + strings.Repeat("x", 248), RequestID: requestID}
	if got != want || !id.Valid(requestID) || answer.Header.Get("X-Request-Id") != requestID {
		t.Errorf("actor = %+v, want %+v", got, want)
	}
}

// The budget of a whole token request is 400 allocations; the border may take a
// tenth of it, the router, a form of five fields and the log line included. It
// runs alone, because allocations are counted for the whole process.
func TestTheBorderIsLight(t *testing.T) {
	deps := webtest.Deps()
	deps.Logger = slog.New(slog.NewJSONHandler(io.Discard, nil))
	deps.Now = time.Now
	s := web.New(deps)
	answer := []byte(`{}`)
	s.Mux().Protocol.POST("/oauth2/token", func(c *gin.Context) error {
		if _, err := web.Form(c); err != nil {
			return err
		}
		_, err := c.Writer.Write(answer)
		return err
	})
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"read"}, "client_id": {"a"}, "client_secret": {"b"}, "audience": {"c"}}.Encode()
	body := strings.NewReader(form)
	r := webtest.Request(t, "POST", "/realms/acme/oauth2/token", body, "Content-Type: application/x-www-form-urlencoded")
	w := &sink{header: make(http.Header)}
	allocs := testing.AllocsPerRun(500, func() {
		body.Reset(form)
		clear(w.header)
		request := *r
		s.Handler().ServeHTTP(w, &request)
	})
	if allocs > 40 {
		t.Errorf("%v allocations, want at most 40", allocs)
	}
	t.Logf("%v allocations", allocs)
}

type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(int)             {}
