package rest

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
)

type handler func(ctx context.Context, in any) (any, error)

// lister is an answer whose position is written as a cursor.
type lister interface{ position() *string }

// mount puts the operation where callers find it.
func (a *API) mount(op *operation, h handler) {
	group := a.Mux.Admin
	if op.Root {
		group = a.Mux.Operator
	}
	if op.MaxBody > 64<<10 {
		group = group.Limit(op.MaxBody)
	}
	serve := func(c *gin.Context) error {
		err := a.serve(c, op, h)
		a.refused(c, op, err)
		return err
	}
	if op.Method == http.MethodGet {
		group.GET(pattern(op.Path), serve)
		return
	}
	group.Handle(op.Method, pattern(op.Path), serve)
}

// serve runs one operation: who is it, may they, what do they want, do it.
func (a *API) serve(c *gin.Context, op *operation, h handler) error {
	ctx, err := a.admit(c, op)
	if ctx != nil {
		c.Request = c.Request.WithContext(ctx)
	}
	if err != nil {
		return err
	}
	in, err := a.fill(c, op)
	if err != nil {
		return err
	}
	if err := a.guard(ctx, c, op); err != nil {
		return err
	}
	list := ""
	if op.input.page != nil {
		if list, err = a.turn(c, op, in); err != nil {
			return err
		}
	}
	if key := c.GetHeader("Idempotency-Key"); key != "" && op.Method == http.MethodPost {
		return a.once(c, op, key, in, h)
	}
	out, err := h(ctx, in)
	if err != nil {
		return err
	}
	if l, ok := out.(lister); ok && op.input.page != nil {
		if p := l.position(); *p != "" {
			*p = a.cursors.seal(*p, list)
		}
	}
	return a.answer(c, op, out)
}

// guard refuses to act upon somebody who may do more than the caller.
func (a *API) guard(ctx context.Context, c *gin.Context, op *operation) error {
	if op.Subject == "" || op.Method == http.MethodGet {
		return nil
	}
	return a.Authorizer.Outranks(ctx, From(ctx), op.Subject, c.Param(op.Subject))
}
