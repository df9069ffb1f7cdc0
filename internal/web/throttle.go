package web

import (
	"context"
	"slices"

	"authserver/internal/event"

	"github.com/gin-gonic/gin"
)

// Limits says how often something may be asked for. tenant/limit fulfils it.
type Limits interface {
	// Take counts the request of the context under each of the limits or, when one is
	// used up, under none, and returns a fault of kind Limited that says when to come back
	// and nothing else.
	Take(ctx context.Context, asks ...Ask) error
	// Knows reports whether there is a limit of that name.
	Knows(name string) bool
}

// Ask is one limit that a request stands under. Limits by address and by realm need no
// more than the request itself.
type Ask struct {
	Name string
	// Who is whom or what the request is about, where the limit counts that: an account as
	// typed, a client as claimed, a user's id. It is counted whether it exists or not.
	Who string
}

// Bound is a limit on a route. Who finds the Who of Ask; nil where the limit needs none.
// When says which of the route's requests stand under it; nil is all.
type Bound struct {
	Name string
	Who  func(*gin.Context) string
	When func(*gin.Context) bool
}

// Throttle returns a group whose routes stand under these limits as well: the handler runs
// only for a request that all of them admit. They are asked after it is known whose
// account a request is about, and before anything that was sent is believed, so that right
// and wrong credentials are treated alike.
func (g *Group) Throttle(bounds ...Bound) *Group {
	if limits := g.server.deps.Limits; limits != nil {
		for _, b := range bounds {
			if !limits.Knows(b.Name) {
				panic("web: there is no limit " + b.Name)
			}
		}
	}
	bounded := *g
	bounded.bounds = slices.Concat(g.bounds, bounds)
	return &bounded
}

// throttle asks the limits of the route.
func (g *Group) throttle(c *gin.Context) error {
	limits := g.server.deps.Limits
	if limits == nil || len(g.bounds) == 0 {
		return nil
	}
	asks := make([]Ask, 0, len(g.bounds))
	for _, b := range g.bounds {
		if b.When != nil && !b.When(c) {
			continue
		}
		a := Ask{Name: b.Name}
		if b.Who != nil {
			a.Who = b.Who(c)
		}
		asks = append(asks, a)
	}
	if len(asks) == 0 {
		return nil
	}
	return limits.Take(c.Request.Context(), asks...)
}

// Filled is a Bound's When for forms in which something stands in that field.
func Filled(name string) func(*gin.Context) bool {
	return func(c *gin.Context) bool {
		form, err := Form(c)
		return err == nil && form.Get(name) != ""
	}
}

// Field is a Bound's Who for what stands in a field of the form, as key makes it: names
// that mean one thing must be one text. A form that cannot be read has none, and is
// refused by its handler.
func Field(name string, key func(string) string) func(*gin.Context) string {
	return func(c *gin.Context) string {
		form, err := Form(c)
		if err != nil {
			return ""
		}
		return key(form.Get(name))
	}
}

// Self is a Bound's Who for the person or program that is signed in.
func Self(c *gin.Context) string {
	a, _ := event.ActorFrom(c.Request.Context())
	return a.Kind + ":" + a.ID
}
