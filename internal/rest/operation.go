package rest

import (
	"context"
	"reflect"
	"strings"
	"time"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/internal/secret"
	"authserver/internal/web"
)

// Operation is one route of the administration.
type Operation struct {
	// ID is the operationId, in camelCase; clients have a method of that name.
	ID string
	// Method and Path, below /api/v1/realms/{realm}; for Root, below /api/v1.
	Method, Path string
	// Root operations stand above realms and are for operators.
	Root bool
	// Tag groups operations for readers.
	Tag, Summary, Description string
	// Permission is what the caller must hold.
	Permission string
	// Narrow lets in callers who hold the permission for some applications only; the
	// handler limits itself to what ReachOf covers.
	Narrow bool
	// Subject names the path parameter of the person ("user") or application
	// ("application") that is acted upon. Whoever holds less than they do is refused:
	// it would be a way to become them.
	Subject string
	// Missing is the answer to a malformed id in the path.
	Missing *fault.Fault
	// Faults are what the handler may refuse with, beside what every operation may.
	Faults []*fault.Fault
	// Status of success; 0 is 201 for an answer with a Location, 204 for None, else 200.
	Status int
	// Secret says that the answer holds a secret, for the only time.
	Secret bool
	// MaxBody is how many bytes the body may have; 0 is 64 KiB.
	MaxBody int64
	// Refs are the members that name other things by id, "body.role_id:role".
	Refs []string
}

// full is the path from the root of the server.
func (o *Operation) full() string {
	if o.Root {
		return "/api/v1" + o.Path
	}
	return "/api/v1/realms/{realm}" + o.Path
}

// pattern is the path as the router writes it.
func pattern(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// Deps is what the administration needs from the house.
type Deps struct {
	DB            *database.DB
	Ring          *secret.Ring
	Mux           *web.Mux
	Authenticator Authenticator
	Authorizer    Authorizer
	// Limits throttles callers; without it none is. Optional.
	Limits web.Limits
	// Refusals hears of operations that a caller may not do. Optional.
	Refusals  Refusals
	Version   string
	PublicURL string
	Now       func() time.Time
}

// Refusals remembers what callers asked for and may not do: the operation and the code of
// the fault. Who it was and in which realm is in ctx. watch/audit fulfils it.
type Refusals interface {
	Refused(ctx context.Context, operation, code string)
}

// API holds all operations.
type API struct {
	Deps
	operations []*operation
	schemas    schemas
	document   document
	cursors    cursors
}

// New returns an API without operations; it panics when a dependency is missing.
func New(d Deps) *API {
	if d.DB == nil || d.Ring == nil || d.Mux == nil || d.Authenticator == nil || d.Authorizer == nil || d.Now == nil {
		panic("rest: DB, Ring, Mux, Authenticator, Authorizer and Now are needed")
	}
	a := &API{Deps: d, schemas: newSchemas(), cursors: newCursors(d.Ring)}
	a.mountDocument()
	return a
}

// operation is a mounted Operation.
type operation struct {
	Operation
	in, out reflect.Type
	input   *input
	output  *output
	// described operations are mounted elsewhere; only their description is ours.
	described bool
	security  []string
}

// Handle mounts the operation. h takes a pointer to a struct with what was sent and
// returns a pointer to one with the answer. It panics on what only a programmer can have
// got wrong.
func Handle[In, Out any](a *API, o Operation, h func(context.Context, *In) (*Out, error)) {
	if o.Permission == "" || o.ID == "" || o.Tag == "" || o.Summary == "" {
		panic("rest: " + o.Method + " " + o.Path + " needs an ID, a Tag, a Summary and a Permission")
	}
	op := a.add(o, reflect.TypeFor[In](), reflect.TypeFor[Out]())
	a.mount(op, func(ctx context.Context, in any) (any, error) { return h(ctx, in.(*In)) })
}

// Describe adds to the document an operation that a room mounts by itself, at the path
// from the root of the server. security are the names of the schemes that open it.
func Describe[In, Out any](a *API, o Operation, security ...string) {
	op := a.add(o, reflect.TypeFor[In](), reflect.TypeFor[Out]())
	op.described, op.security = true, security
}

func (a *API) add(o Operation, in, out reflect.Type) *operation {
	op := &operation{Operation: o, in: in, out: out}
	op.input = a.readInput(op)
	op.output = a.readOutput(op)
	if op.Status == 0 {
		op.Status = op.output.status()
	}
	if op.MaxBody == 0 {
		op.MaxBody = 64 << 10
	}
	a.operations = append(a.operations, op)
	return op
}

// Permissions are the codes that operations ask for, each once, in order of mounting.
func (a *API) Permissions() []string {
	var codes []string
	seen := map[string]bool{"": true}
	for _, op := range a.operations {
		if !seen[op.Permission] {
			seen[op.Permission] = true
			codes = append(codes, op.Permission)
		}
	}
	return codes
}

// Operations are all operations in order of mounting, for tests that try every one.
func (a *API) Operations() []Operation {
	all := make([]Operation, 0, len(a.operations))
	for _, op := range a.operations {
		all = append(all, op.Operation)
	}
	return all
}
