package terms

import (
	"context"
	"fmt"
	"html/template"
	"time"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/tenant/application"
)

// Topics of what changes: a realm's documents ("" for those of all), and what somebody
// accepted ("realm/user").
const (
	topic         = "documents"
	acceptedTopic = "document_acceptances"
)

// Accounts finds the person whom the page shows. identity/user fulfils it.
type Accounts interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Flows        *flow.Service
	Sessions     *session.Service
	Applications *application.Service
	Accounts     Accounts
	Now          func() time.Time
}

// Service is what the room can do.
type Service struct {
	db       *database.DB
	events   *event.Log
	flows    *flow.Service
	sessions *session.Service
	apps     *application.Service
	accounts Accounts
	now      func() time.Time
	renderer renderer
	shelves  *cache.Cache[string, *shelf]
	accepted *cache.Cache[person, []mark]
	rendered *cache.Cache[rendering, template.HTML]
}

type person struct{ realmID, userID string }

type rendering struct{ documentID, language string }

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Flows == nil || d.Sessions == nil || d.Applications == nil || d.Accounts == nil || d.Now == nil {
		panic("terms: DB, Events, Flows, Sessions, Applications, Accounts and Now are required")
	}
	s := &Service{
		db: d.DB, events: d.Events, flows: d.Flows, sessions: d.Sessions, apps: d.Applications, accounts: d.Accounts, now: d.Now,
		renderer: newRenderer(),
		shelves:  cache.New[string, *shelf](cache.Options{Size: 20_000, TTL: time.Hour, Now: d.Now}),
		accepted: cache.New[person, []mark](cache.Options{Size: 50_000, TTL: time.Hour, Now: d.Now}),
		rendered: cache.New[rendering, template.HTML](cache.Options{Size: 1000, TTL: time.Hour, Now: d.Now}),
	}
	d.DB.OnChange(topic, s.shelves.Drop)
	d.DB.OnChange(acceptedTopic, s.forget)
	return s
}

// HTML is the document in that language as pages show it.
func (s *Service) HTML(ctx context.Context, d *Document, t Text) (template.HTML, error) {
	made, err := s.rendered.Get(ctx, rendering{d.ID, t.Language}, func(context.Context) (template.HTML, error) {
		return s.renderer.html(t.Markdown)
	})
	if err != nil {
		return "", fmt.Errorf("document %s: %w", d.ID, err)
	}
	return made, nil
}

func (s *Service) stamp() time.Time { return database.At(s.now()).Time() }
