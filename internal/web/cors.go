package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
)

// AllowOrigin says whether scripts of that origin may read answers of a route,
// by exact comparison. It is never asked about the origin "null", which any
// sandboxed frame has.
type AllowOrigin func(ctx context.Context, origin string) bool

// AnyOrigin is for public documents: every script may read them, without
// credentials.
func AnyOrigin(context.Context, string) bool { return true }

// CORS is the group whose routes scripts of allowed origins may call. Answers
// never allow credentials: cookies mean nothing to these endpoints.
func (g *Group) CORS(allow AllowOrigin) *Group {
	shared := *g
	shared.cors = allow
	return &shared
}

// share adds the headers that let an allowed origin read the answer.
func (g *Group) share(c *gin.Context) bool {
	h := c.Writer.Header()
	h["Vary"] = varyOrigin
	origins := c.Request.Header["Origin"]
	if len(origins) != 1 || origins[0] == "" || origins[0] == "null" {
		return false
	}
	if !g.cors(c.Request.Context(), origins[0]) {
		return false
	}
	h.Set("Access-Control-Allow-Origin", origins[0])
	h["Access-Control-Expose-Headers"] = exposeHeader
	return true
}

// mountPreflight answers OPTIONS at the path, once for all its methods.
func (g *Group) mountPreflight(full string) {
	for _, route := range g.server.routes {
		if route.Method == http.MethodOptions && route.Path == full {
			return
		}
	}
	answer := g.answer(full, func(c *gin.Context) error {
		h := c.Writer.Header()
		if h.Get("Access-Control-Allow-Origin") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, DPoP")
			h.Set("Access-Control-Max-Age", "600")
		}
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return nil
	})
	g.server.engine.OPTIONS(full, answer)
	g.server.routes = append(g.server.routes, Route{http.MethodOptions, full, g.surface.String()})
}
