package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
)

// Handler answers one request or returns why it cannot. A returned error must
// not have been answered already; it is translated in error.go.
type Handler func(*gin.Context) error

// Mux has one group for each kind of route. A path that contains ":realm" is
// answered only for a realm that exists and is active.
type Mux struct {
	// Root is what stands outside realms. Failures are problem+json.
	Root *Group
	// Protocol are the endpoints that programs call, below /realms/:realm: no
	// cookies, no origin check; CORS where a route asks for it. Failures have
	// the shape of RFC 6749 §5.2.
	Protocol *Group
	// Front are the protocol's endpoints for browsers, below /realms/:realm:
	// other sites may send people there, by GET or POST, so their handlers
	// trust nothing but their own parameters. Failures are pages.
	Front *Group
	// Pages are our own pages, below /realms/:realm: a form of another site is
	// refused. Failures are pages.
	Pages *Group
	// Account are the pages of a person's own account, below
	// /realms/:realm/account: as Pages, and only for who is signed in.
	Account *Group
	// Me are the same things for programs, below /api/v1/realms/:realm/me: for a
	// browser's session or a bearer token. Failures are problem+json.
	Me *Group
	// Admin is the administration of a realm, below /api/v1/realms/:realm, and Operator
	// that of the installation, below /api/v1, where :realm need not be in service. Only
	// internal/rest mounts there, which lets nobody in without a permission. No cookie
	// counts. Failures are problem+json.
	Admin, Operator *Group
}

const apiPrefix = "/api/v1"

const realmPrefix = "/realms/:realm"

func newMux(s *Server) *Mux {
	m := &Mux{
		Root:     &Group{server: s, surface: surfaceRoot},
		Protocol: &Group{server: s, surface: surfaceProtocol, prefix: realmPrefix},
		Front:    &Group{server: s, surface: surfaceFront, prefix: realmPrefix},
		Pages:    &Group{server: s, surface: surfacePages, prefix: realmPrefix},
		Account:  &Group{server: s, surface: surfaceAccount, prefix: accountPrefix},
		Me:       &Group{server: s, surface: surfaceMe, prefix: mePrefix},
		Admin:    &Group{server: s, surface: surfaceAdmin, prefix: apiPrefix + realmPrefix},
		Operator: &Group{server: s, surface: surfaceAdmin, prefix: apiPrefix, above: true},
	}
	// Whoever is signed in has one budget for all of it.
	own := Bound{Name: "account", Who: Self}
	m.Account, m.Me = m.Account.Throttle(own), m.Me.Throttle(own)
	return m
}

// Group mounts routes of one kind.
type Group struct {
	server  *Server
	surface surface
	prefix  string
	cors    AllowOrigin
	fresh   bool // see Fresh
	above   bool // stands above realms: :realm is a name like any other
	limit   int64
	bounds  []Bound // see Throttle
}

// Limit returns a group whose routes take bodies of that many bytes.
func (g *Group) Limit(bytes int64) *Group {
	limited := *g
	limited.limit = bytes
	return &limited
}

// Route is one mounted route, for tests that try every one.
type Route struct{ Method, Path, Surface string }

// Routes are all mounted routes in the order of mounting.
func (s *Server) Routes() []Route { return slices.Clone(s.routes) }

// GET mounts h for GET and HEAD.
func (g *Group) GET(path string, h Handler) {
	g.Handle(http.MethodGet, path, h)
	g.Handle(http.MethodHead, path, h)
}

// POST mounts h for POST.
func (g *Group) POST(path string, h Handler) { g.Handle(http.MethodPost, path, h) }

// Handle mounts h for the method at path, below the group's prefix.
func (g *Group) Handle(method, path string, h Handler) {
	full := g.prefix + path
	g.server.engine.Handle(method, full, g.answer(full, h))
	g.server.routes = append(g.server.routes, Route{method, full, g.surface.String()})
	if g.cors != nil {
		g.mountPreflight(full)
	}
}

func (g *Group) answer(full string, h Handler) gin.HandlerFunc {
	inRealm := strings.Contains(full, ":realm") && !g.above
	return func(c *gin.Context) {
		r := of(c.Request.Context())
		r.surface = g.surface
		g.server.dress(c.Writer.Header(), g.surface)
		if err := g.enter(c, inRealm); err != nil {
			g.server.fail(c, err)
			return
		}
		if in, err := g.admitPerson(c, full); !in {
			if err != nil {
				g.server.fail(c, err)
			}
			return
		}
		if err := g.throttle(c); err != nil {
			g.server.fail(c, err)
			return
		}
		if err := h(c); err != nil {
			g.server.fail(c, err)
		}
	}
}

// enter is what must hold before a handler of the group runs.
func (g *Group) enter(c *gin.Context, inRealm bool) error {
	if err := admit(c.Writer, c.Request, of(c.Request.Context()), max(g.limit, maxJSON)); err != nil {
		return err
	}
	if inRealm {
		if err := g.server.enterRealm(c); err != nil {
			return err
		}
	}
	if g.cors != nil {
		g.share(c)
	}
	return g.ours(c.Request)
}
