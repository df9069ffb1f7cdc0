package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"authserver/internal/fault"
	"authserver/templates"

	"github.com/gin-gonic/gin"
)

// Persons lets people in to what is theirs: on the surface Account by the session of
// their browser, on Me by that or by a bearer token. identity/account fulfils it.
type Persons interface {
	// Account puts the person's session into the request's context and returns
	// true. Otherwise it has answered, most often by leading the browser to the
	// sign-in and from there to back, a path below the realm, and returns false.
	// Fresh asks for a recent sign-in, with a second factor if the person has one.
	Account(c *gin.Context, back string, fresh bool) (bool, error)
	// Me puts the person's session into the request's context or returns a fault.
	Me(c *gin.Context, fresh bool) error
	// Person is how the frame of an account page shows whom Account let in. It may
	// call PreferLanguage.
	Person(c *gin.Context) (templates.Person, error)
}

const (
	accountPrefix = realmPrefix + "/account"
	mePrefix      = "/api/v1" + realmPrefix + "/me"
)

// Fresh returns a group for routes that change the keys to an account: they ask for
// a recent sign-in, with a second factor if the person has one (RFC 9470 for Me).
func (g *Group) Fresh() *Group {
	fresh := *g
	fresh.fresh = true
	return &fresh
}

// PUT mounts h for PUT.
func (g *Group) PUT(path string, h Handler) { g.Handle(http.MethodPut, path, h) }

// PATCH mounts h for PATCH.
func (g *Group) PATCH(path string, h Handler) { g.Handle(http.MethodPatch, path, h) }

// DELETE mounts h for DELETE.
func (g *Group) DELETE(path string, h Handler) { g.Handle(http.MethodDelete, path, h) }

// admitPerson lets in only whose things the route is about; false means that the
// request has been answered.
func (g *Group) admitPerson(c *gin.Context, pattern string) (bool, error) {
	persons := g.server.deps.Persons
	switch {
	case g.surface != surfaceAccount && g.surface != surfaceMe:
		return true, nil
	case persons == nil:
		return false, errNoPage
	case g.surface == surfaceAccount:
		return persons.Account(c, g.server.back(c, pattern), g.fresh)
	}
	if err := persons.Me(c, g.fresh); err != nil {
		return false, err
	}
	return true, nil
}

// ours refuses what another site makes a browser send. On Me that concerns requests
// that a cookie would speak for; their bodies are JSON, which no form can be.
func (g *Group) ours(r *http.Request) error {
	switch {
	case g.surface == surfacePages, g.surface == surfaceAccount:
	case g.surface == surfaceMe && r.Header.Get("Authorization") == "":
	default:
		return nil
	}
	if err := g.server.origin.Check(r); err != nil {
		return errCrossOrigin
	}
	if g.surface == surfaceMe && r.ContentLength != 0 && r.Body != nil && r.Body != http.NoBody && !isJSON(r) {
		return errNotJSON
	}
	return nil
}

func isJSON(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// back is where a person goes on after they had to sign in: this very page, or for a
// form the nearest page at or above the address that it was sent to. What the form
// held is not sent again.
func (s *Server) back(c *gin.Context, pattern string) string {
	path := c.Request.URL.Path
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		query := c.Request.URL.Query()
		query.Del("done")
		query.Del("lang")
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
	} else {
		for !s.shows(pattern) && pattern != accountPrefix {
			pattern, path = pattern[:strings.LastIndexByte(pattern, '/')], path[:strings.LastIndexByte(path, '/')]
		}
	}
	return strings.TrimPrefix(path, "/realms/"+of(c.Request.Context()).realm)
}

// shows reports whether a page stands at the pattern.
func (s *Server) shows(pattern string) bool {
	for _, r := range s.routes {
		if r.Method == http.MethodGet && r.Path == pattern {
			return true
		}
	}
	return false
}

// challenge is a fault with the value of WWW-Authenticate that tells a program how
// to do better.
type challenge struct {
	*fault.Fault
	value string
}

// Unwrap gives fault.Of the fault.
func (e challenge) Unwrap() error { return e.Fault }

// Challenge is f, answered with a Bearer challenge (RFC 6750 §3) of the given error
// and further parameters, name and value in turn. Values must be plain text.
func Challenge(f *fault.Fault, code string, parameters ...string) error {
	value := `Bearer realm="account"`
	if code != "" {
		value += fmt.Sprintf(`, error="%s", error_description="%s"`, code, ascii(f.Message))
	}
	for i := 0; i+1 < len(parameters); i += 2 {
		value += fmt.Sprintf(`, %s="%s"`, parameters[i], ascii(parameters[i+1]))
	}
	return challenge{f, value}
}

// personOf fills the frame of an account page from whom the surface let in.
func (s *Server) personOf(c *gin.Context, p templates.Page) error {
	page, ok := p.(templates.AccountPage)
	if !ok || s.deps.Persons == nil {
		return nil
	}
	person, err := s.deps.Persons.Person(c)
	if err != nil {
		return fmt.Errorf("frame of the account: %w", err)
	}
	f := page.Account()
	f.Person = person
	if f.Done == "" {
		f.Done = of(c.Request.Context()).query.Get("done")
	}
	return nil
}

// AccountURL is the address of a path of the account, below the realm of the
// request; done, unless empty, is the code of what the page there says was done.
func AccountURL(ctx context.Context, path, done string) string {
	address := "/realms/" + of(ctx).realm + "/account" + path
	if done != "" {
		address += "?done=" + done
	}
	return address
}
