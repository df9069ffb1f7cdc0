package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"authserver/internal/tracing"
	"authserver/templates"

	"github.com/gin-gonic/gin"
)

// Deps is what the border needs from the house.
type Deps struct {
	Realms Realms
	Logger *slog.Logger
	Now    func() time.Time
	// PublicURL is the address people use; its scheme alone decides whether
	// cookies are secure. Nothing is ever derived from the Host header.
	PublicURL *url.URL
	// TrustedProxies may name the client in X-Forwarded-For. Empty: nobody may.
	TrustedProxies []netip.Prefix
	// Brand is the look of the realm in the context. Optional.
	Brand func(ctx context.Context) templates.Brand
	// Persons lets people in on the surfaces Account and Me; without it nobody
	// finds anything there. Optional.
	Persons Persons
	// Limits throttles the routes that ask for it; without it none is. Optional.
	Limits Limits
	// Tracer makes a span of each request; nil makes none. Optional.
	Tracer *tracing.Tracer
	// Observe is told of each answered request: the route's pattern, or
	// "unmatched". Optional.
	Observe func(route, method string, status int, d time.Duration)
}

// Realms finds realms for the border.
type Realms interface {
	// Resolve puts the realm of that slug into the context. A realm that is
	// unknown or blocked is a fault of kind NotFound.
	Resolve(ctx context.Context, slug string) (context.Context, error)
}

// Server routes requests to the rooms' handlers.
type Server struct {
	deps   Deps
	engine *gin.Engine
	mux    *Mux
	secure bool
	proxy  proxies
	origin *http.CrossOriginProtection
	routes []Route
}

// New builds the border; it panics when a dependency is missing.
func New(d Deps) *Server {
	if d.Realms == nil || d.Logger == nil || d.Now == nil || d.PublicURL == nil {
		panic("web: Realms, Logger, Now and PublicURL are needed")
	}
	if d.Brand == nil {
		d.Brand = func(context.Context) templates.Brand { return templates.Brand{} }
	}
	if d.Observe == nil {
		d.Observe = func(string, string, int, time.Duration) {}
	}
	s := &Server{
		deps:   d,
		engine: newEngine(),
		secure: d.PublicURL.Scheme == "https",
		proxy:  d.TrustedProxies,
		origin: http.NewCrossOriginProtection(),
	}
	// A proxy that rewrites Host must not make our own pages look foreign.
	if err := s.origin.AddTrustedOrigin(d.PublicURL.Scheme + "://" + d.PublicURL.Host); err != nil {
		panic("web: PublicURL: " + err.Error())
	}
	s.engine.Use(s.serve)
	s.engine.NoRoute(s.unmatched(errNoPage))
	s.engine.NoMethod(s.unmatched(errMethod))
	s.mux = newMux(s)
	s.mountFiles()
	s.mountTheme()
	return s
}

// newEngine is gin without its surprises: it trusts every proxy, logs raw
// queries, prints headers on panic and redirects by client-sent prefixes unless
// told otherwise (CVE-2020-28483, CVE-2023-26125).
func newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	if err := e.SetTrustedProxies(nil); err != nil {
		panic("web: " + err.Error())
	}
	e.ForwardedByClientIP = false
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.RemoveExtraSlash = false
	e.HandleMethodNotAllowed = true
	e.MaxMultipartMemory = 1 // Form refuses multipart; this is the net below it
	return e
}

// Mux is where rooms mount their routes.
func (s *Server) Mux() *Mux { return s.mux }

// Handler serves everything that has been mounted.
func (s *Server) Handler() http.Handler { return s.engine }
