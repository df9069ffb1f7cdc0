package web

import (
	"context"
	"net/url"

	"authserver/internal/event"
	"authserver/internal/id"

	"github.com/gin-gonic/gin"
)

// request is what the border knows about one request. It is itself the context
// of the request, which spares an allocation on the token path.
type request struct {
	context.Context
	server *Server

	id      string
	ip      string
	realm   string // slug; set once the realm is resolved
	surface surface

	query, form url.Values
	wishes      []string // languages that a room learned of, best first
	targets     []string // further sources of form-action
	failure     error    // for the log line
}

type requestKey struct{}

// Value finds the request itself, so that code with only a context can.
func (r *request) Value(key any) any {
	if key == (requestKey{}) {
		return r
	}
	return r.Context.Value(key)
}

// of is the request in the context. It panics outside a request: only code that
// was reached through a Mux may ask.
func of(ctx context.Context) *request {
	r, ok := ctx.Value(requestKey{}).(*request)
	if !ok {
		panic("web: no request in this context")
	}
	return r
}

func maybe(ctx context.Context) *request {
	r, _ := ctx.Value(requestKey{}).(*request)
	return r
}

// RequestID is the id under which the request is logged and which a person sees
// on an error page; "" outside a request.
func RequestID(ctx context.Context) string {
	if r := maybe(ctx); r != nil {
		return r.id
	}
	return ""
}

// ClientIP is the address of the client as far as trusted proxies vouch for it;
// "" outside a request.
func ClientIP(ctx context.Context) string {
	if r := maybe(ctx); r != nil {
		return r.ip
	}
	return ""
}

// Secure says whether people reach the server by https, by its configured
// address; false outside a request.
func Secure(ctx context.Context) bool {
	r := maybe(ctx)
	return r != nil && r.server.secure
}

// maxUserAgent bounds what is kept of a header that only people read.
const maxUserAgent = 256

func (s *Server) begin(c *gin.Context) *request {
	agent := c.Request.UserAgent()
	if len(agent) > maxUserAgent {
		agent = agent[:maxUserAgent]
	}
	r := &request{server: s, id: id.New(), ip: s.proxy.client(c.Request), surface: surfaceUnmatched}
	// Whoever proves to be somebody is put in its place by the room that checks.
	r.Context = event.WithActor(c.Request.Context(), event.Actor{
		Kind: event.Anonymous, IP: r.ip, UserAgent: printable(agent), RequestID: r.id,
	})
	c.Request = c.Request.WithContext(r)
	return r
}
