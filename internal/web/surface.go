package web

import "net/http"

// surface is the kind of route a request belongs to.
type surface int

const (
	surfaceUnmatched surface = iota
	surfaceRoot
	surfaceProtocol
	surfaceFront
	surfacePages
	surfaceAccount
	surfaceMe
	surfaceAdmin
)

// String is the surface's name.
func (s surface) String() string {
	switch s {
	case surfaceRoot:
		return "root"
	case surfaceProtocol:
		return "protocol"
	case surfaceFront:
		return "front"
	case surfacePages:
		return "pages"
	case surfaceAccount:
		return "account"
	case surfaceMe:
		return "me"
	case surfaceAdmin:
		return "admin"
	}
	return "unmatched"
}

// Header values are shared between answers: a header map keeps the slice that it
// is given, and nothing in the house appends to one in place.
var (
	noStore      = []string{"no-store"}
	noSniff      = []string{"nosniff"}
	hsts         = []string{"max-age=31536000"}
	frameDeny    = []string{"DENY"}
	sameOrigin   = []string{"same-origin"}
	dataPolicy   = []string{"default-src 'none'; frame-ancestors 'none'"}
	permissions  = []string{"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"}
	pagesPolicy  = []string{pagePolicy}
	htmlType     = []string{"text/html; charset=utf-8"}
	jsonType     = []string{"application/json"}
	problemType  = []string{"application/problem+json"}
	varyOrigin   = []string{"Origin"}
	exposeHeader = []string{"WWW-Authenticate, Retry-After, X-Request-Id"}
)

// dress sets the headers that every answer of the surface has; a handler may
// replace Cache-Control, nothing else.
func (s *Server) dress(h http.Header, on surface) {
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = noStore
	if s.secure {
		h["Strict-Transport-Security"] = hsts
	}
	switch on {
	case surfacePages, surfaceAccount, surfaceFront, surfaceUnmatched:
		h["Content-Security-Policy"] = pagesPolicy
		h["X-Frame-Options"] = frameDeny
		// Not no-referrer: with it, browsers send "Origin: null" with a form,
		// and the origin check would refuse our own pages wherever
		// Sec-Fetch-Site is missing (plain http outside localhost). No other
		// site is told anything either way.
		h["Referrer-Policy"] = sameOrigin
		if s.secure { // browsers ignore it over http, and complain
			h["Cross-Origin-Opener-Policy"] = sameOrigin
		}
		h["Permissions-Policy"] = permissions
	default:
		h["Content-Security-Policy"] = dataPolicy
	}
}
