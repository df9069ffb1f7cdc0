package rest

import (
	"context"
	"strings"

	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/web"

	"github.com/gin-gonic/gin"
)

// Faults of the gate.
var (
	ErrUnauthenticated = fault.New(fault.Unauthenticated, "unauthenticated", "Send an access token or an API key as Authorization: Bearer.")
	ErrDenied          = fault.New(fault.Denied, "permission_denied", "The caller does not hold the permission for this.")
)

// Authenticate names who calls, from the Authorization header of the request
// (RFC 6750 §2.1). It serves routes that are not operations, too.
func Authenticate(c *gin.Context, who Authenticator) (*Principal, error) {
	headers := c.Request.Header.Values("Authorization")
	if len(headers) != 1 {
		return nil, ErrUnauthenticated
	}
	scheme, credential, ok := strings.Cut(headers[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || credential == "" || strings.ContainsAny(credential, " \t,") {
		return nil, ErrUnauthenticated
	}
	return who.Authenticate(c.Request.Context(), credential)
}

// throttle counts the request by its address and by its caller, nil for nobody. Commands on
// the machine itself are not counted.
func (a *API) throttle(ctx context.Context, p *Principal) error {
	switch {
	case a.Limits == nil || p != nil && p.Kind == System:
		return nil
	case p == nil:
		return a.Limits.Take(ctx, web.Ask{Name: "admin_ip"})
	}
	return a.Limits.Take(ctx, web.Ask{Name: "admin_ip"}, web.Ask{Name: "admin", Who: p.Kind + ":" + p.ID})
}

// admit lets the caller in, or refuses. The context that it returns knows who acts, also
// with a refusal; it is nil while nobody is known.
func (a *API) admit(c *gin.Context, op *operation) (context.Context, error) {
	p, err := a.caller(c)
	if err != nil {
		return nil, err
	}
	kind := p.Kind
	if kind == System { // somebody at a terminal, who is an operator
		kind = Operator
	}
	ctx := event.Acting(c.Request.Context(), kind, p.ID, p.ApplicationID)
	reach, err := a.Authorizer.Authorize(ctx, p, op.Permission)
	if err != nil {
		return ctx, err
	}
	if reach.None() || !op.Narrow && !reach.All {
		return ctx, ErrDenied.Say("The caller does not hold " + op.Permission + ".")
	}
	return context.WithValue(ctx, callKey{}, &call{api: a, principal: p, reach: reach, realm: c.Param("realm")}), nil
}

// refused tells of an operation that the caller, who is known, may not do.
func (a *API) refused(c *gin.Context, op *operation, err error) {
	if f, ok := fault.Of(err); ok && f.Kind == fault.Denied && a.Refusals != nil {
		a.Refusals.Refused(context.WithoutCancel(c.Request.Context()), op.ID, f.Code)
	}
}

// caller names who calls. An operation that asks for others, in this very process and in
// its own context, does so for its caller, and in the realm that it is of.
func (a *API) caller(c *gin.Context) (*Principal, error) {
	outer, ok := c.Request.Context().Value(callKey{}).(*call)
	if !ok {
		p, err := Authenticate(c, a.Authenticator)
		if limited := a.throttle(c.Request.Context(), p); limited != nil {
			return nil, limited // whether the credential is right or not
		}
		return p, err
	}
	if outer.realm != c.Param("realm") {
		return nil, ErrUnauthenticated
	}
	return outer.principal, nil
}
