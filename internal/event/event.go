package event

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// Errors of Record; both are mistakes of the caller.
var (
	ErrOutsideTransaction = errors.New("event: recorded outside a transaction")
	ErrNoActor            = errors.New("event: recorded without an actor")
)

// The kinds of actor.
const (
	Anonymous   = "anonymous"
	User        = "user"
	Application = "application"
	APIKey      = "api_key"
	Operator    = "operator"
	System      = "system"
)

// Actor is who did it and from where.
type Actor struct {
	Kind          string `json:"kind"` // one of the kinds above
	ID            string `json:"id,omitempty"`
	ApplicationID string `json:"application_id,omitempty"`
	IP            string `json:"ip,omitempty"`
	UserAgent     string `json:"user_agent,omitempty"`
	RequestID     string `json:"request_id,omitempty"`
}

type actorKey struct{}

// Acting returns a context in which somebody acts from where the request of ctx
// came, once it is known who sent it. The application is the one that they use, or
// are.
func Acting(ctx context.Context, kind, id, applicationID string) context.Context {
	a, _ := ActorFrom(ctx)
	a.Kind, a.ID, a.ApplicationID = kind, id, applicationID
	return WithActor(ctx, a)
}

// WithActor returns a context in which a acts. internal/web puts it there for
// requests, commands and workers for themselves.
func WithActor(ctx context.Context, a Actor) context.Context {
	// These two come from the client as they are.
	a.UserAgent = bound(a.UserAgent, 400)
	a.RequestID = bound(a.RequestID, 100)
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom returns who acts in ctx.
func ActorFrom(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	return a, ok
}

func bound(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

// Ref names what an event is about. RealmID is "" for what belongs to no realm.
type Ref struct{ RealmID, Kind, ID string }

// Payload is what an event says beyond who, when and about what; it is kept as
// JSON. Its type is a stable name, room.happening ("login.failed").
type Payload interface{ EventType() string }

// Event is something that has happened. Values are shared between subscribers
// and must not be changed.
type Event struct {
	ID       string
	RealmID  string
	Type     string
	Ref      Ref
	Actor    Actor
	At       time.Time
	Payload  json.RawMessage
	Attempts int // how often dispatch has tried, this time included
}
