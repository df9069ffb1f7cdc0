package flow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
	"authserver/internal/secret"
	"authserver/tenant/realm"
)

// requestMax bounds a stored authorize request; whoever may start flows is anybody.
const requestMax = 16 << 10

// Watch looks at every sign-in and every second factor. watch/security fulfils it.
type Watch interface {
	// Proven is told what has just been proven in the flow, in the transaction of it. An
	// error undoes that: one that is ErrRefused because the sign-in looks wrong.
	Proven(ctx context.Context, f *Flow, proofs []Proof) error
}

// Deps is what the room needs. Watch may be nil: then nobody looks.
type Deps struct {
	DB     *database.DB
	Events *event.Log
	Ring   *secret.Ring
	Watch  Watch
	Now    func() time.Time
}

// Service is what the room can do.
type Service struct {
	db     *database.DB
	events *event.Log
	keys   [][]byte
	watch  Watch
	now    func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Ring == nil || d.Now == nil {
		panic("flow: DB, Events, Ring and Now are required")
	}
	return &Service{db: d.DB, events: d.Events, keys: d.Ring.Derive(label), watch: d.Watch, now: d.Now}
}

// Request is what a flow starts from.
type Request struct {
	ApplicationID string
	// Browser is the cookie that Bind returned.
	Browser             string
	Parameters          url.Values
	Language, LoginHint string
	Subject             string
	Prompt              []string
	MaxAge              *int64
	ACRValues, Scopes   []string
	// SessionID is the browser's session now; empty when there is none.
	SessionID string
	// RequestedAt is when the authorize request came; zero means now.
	RequestedAt time.Time
}

// Start stores a flow of the realm in the context. It refuses an oversized request
// with ErrTooLarge, and prompt=none as a mistake of the caller: such a request must
// be answered at once and leaves nothing behind.
func (s *Service) Start(ctx context.Context, r Request) (*Flow, error) {
	in := realm.From(ctx)
	if len(r.Parameters.Encode()) > requestMax {
		return nil, ErrTooLarge
	}
	now := database.At(s.now()).Time()
	if r.RequestedAt.IsZero() {
		r.RequestedAt = now
	}
	f := &Flow{
		ID: id.New(), RealmID: in.ID, ApplicationID: r.ApplicationID, Request: r.Parameters,
		Language: r.Language, LoginHint: r.LoginHint, Subject: r.Subject, Prompt: r.Prompt, MaxAge: r.MaxAge,
		ACRValues: r.ACRValues, Scopes: r.Scopes, SessionID: r.SessionID,
		RequestedAt: database.At(r.RequestedAt).Time(), ExpiresAt: now.Add(Lifetime),
		slug: in.Slug, browser: secret.Digest(r.Browser),
	}
	if f.Wants("none") || r.Browser == "" {
		return nil, errors.New("start flow: prompt=none, or no browser to bind it to")
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error { return s.insert(ctx, f) })
	if err != nil {
		return nil, fmt.Errorf("start flow: %w", err)
	}
	return f, nil
}

// Resume returns the flow that the browser left the dispatcher with: of the realm
// in the context, started by the browser with that cookie, neither expired nor
// finished. The errors are ErrStale, ErrExpired and ErrFinished.
func (s *Service) Resume(ctx context.Context, flowID, browser string) (*Flow, error) {
	if browser == "" || !id.Valid(flowID) {
		return nil, ErrStale
	}
	in := realm.From(ctx)
	f, err := s.find(ctx, in.ID, in.Slug, flowID)
	if err != nil {
		return nil, err
	}
	// Before anything is told about the flow: is the browser the one that began it?
	if !secret.Equal(f.browser, secret.Digest(browser)) {
		return nil, ErrStale
	}
	if err := f.check(s.now()); err != nil {
		return nil, err
	}
	return f, nil
}
