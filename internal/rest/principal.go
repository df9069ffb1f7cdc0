package rest

import (
	"context"
	"slices"
	"time"
)

// The kinds of callers.
const (
	User        = "user"
	Application = "application"
	APIKey      = "api_key"
	Operator    = "operator"
	// System is a command on the machine itself, which could read the database as well.
	System = "system"
)

// All is the scope of an API key that holds every permission.
const All = "*"

// Principal is a caller.
type Principal struct {
	Kind, ID string
	// RealmID is empty for operators.
	RealmID string
	// ApplicationID is the application through which a person acts, or which an API key
	// is bound to.
	ApplicationID string
	SessionID     string
	// Scopes are what an API key or an operator's key may do.
	Scopes []string
	// Realms are the ids of those that an operator's key is limited to; nil is all.
	Realms []string
	// How and when a person proved who they are.
	AMR             []string
	ACR             string
	AuthenticatedAt time.Time
	// IP is where the request comes from.
	IP string
}

// Reach is how far a permission of a caller reaches.
type Reach struct {
	// All is the whole realm, or for root operations every realm that the key names.
	All bool
	// Applications are the ids of those that it reaches otherwise.
	Applications []string
}

// Covers reports whether the permission reaches the application; "" is the realm itself.
func (r Reach) Covers(applicationID string) bool {
	return r.All || applicationID != "" && slices.Contains(r.Applications, applicationID)
}

// None reports whether it reaches nothing.
func (r Reach) None() bool { return !r.All && len(r.Applications) == 0 }

// Authenticator names the caller from the credential of the Authorization header. The
// realm of the path, if there is one, is in the context. It returns a fault of kind
// Unauthenticated for what opens nothing here.
type Authenticator interface {
	Authenticate(ctx context.Context, credential string) (*Principal, error)
}

// Authorizer decides what callers may do.
type Authorizer interface {
	// Authorize says how far the permission of the caller reaches.
	Authorize(ctx context.Context, p *Principal, permission string) (Reach, error)
	// Outranks returns a fault of kind Denied if the person or application holds
	// anything that the caller does not. Kind is User or Application.
	Outranks(ctx context.Context, p *Principal, kind, id string) error
}

type callKey struct{}

// call is the caller of an operation and what it may.
type call struct {
	api       *API
	principal *Principal
	reach     Reach
	realm     string // of the path, or ""
}

func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		panic("rest: no caller in this context")
	}
	return c
}

// From is the caller of the operation. It panics outside one.
func From(ctx context.Context) *Principal { return callOf(ctx).principal }

// Maybe is the caller, if the context is that of an operation.
func Maybe(ctx context.Context) (*Principal, bool) {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return nil, false
	}
	return c.principal, true
}

// ReachOf is how far the operation's permission reaches for its caller.
func ReachOf(ctx context.Context) Reach { return callOf(ctx).reach }

// Holds reports whether the caller holds another permission as well: for the application,
// or with "" for the whole realm.
func Holds(ctx context.Context, permission, applicationID string) (bool, error) {
	c := callOf(ctx)
	reach, err := c.api.Authorizer.Authorize(ctx, c.principal, permission)
	if err != nil {
		return false, err
	}
	return reach.Covers(applicationID), nil
}
