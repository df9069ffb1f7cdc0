package profile

import (
	"context"
	"fmt"
	"time"

	"authserver/identity/flow"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// topicSchema is told when a realm's schema changes; the key is the realm's id.
const topicSchema = "profile_schema"

// ErrSchemaChanged says that a schema was changed from an old version.
var ErrSchemaChanged = fault.New(fault.Conflict, "profile_schema_changed", "The profile schema has changed in the meantime. Please try again.")

// Applications finds the application that a page is about. tenant/application
// fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, applicationID string) (*application.Application, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Realms       *realm.Service
	Users        *user.Service
	Sessions     *session.Service
	Flows        *flow.Service
	Applications Applications
	Now          func() time.Time
}

// Service is what the room can do.
type Service struct {
	db       *database.DB
	events   *event.Log
	realms   *realm.Service
	users    *user.Service
	sessions *session.Service
	flows    *flow.Service
	apps     Applications
	now      func() time.Time
	schemas  *cache.Cache[string, *Schema]
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Realms == nil || d.Users == nil || d.Sessions == nil || d.Flows == nil ||
		d.Applications == nil || d.Now == nil {
		panic("profile: a dependency is missing")
	}
	s := &Service{
		db: d.DB, events: d.Events, realms: d.Realms, users: d.Users, sessions: d.Sessions, flows: d.Flows,
		apps: d.Applications, now: d.Now,
		schemas: cache.New[string, *Schema](cache.Options{Size: 10_000, TTL: time.Minute, Stale: time.Minute, Now: d.Now}),
	}
	d.DB.OnChange(topicSchema, s.schemas.Drop)
	return s
}

// Schema returns what the realm wants to know beyond the standard, from memory where
// possible; one without fields if it never said anything.
func (s *Service) Schema(ctx context.Context, realmID string) (*Schema, error) {
	if database.Within(ctx) { // a transaction sees its own changes
		return s.read(ctx, realmID)
	}
	return s.schemas.Get(ctx, realmID, func(ctx context.Context) (*Schema, error) { return s.read(ctx, realmID) })
}

// SetSchema puts fields in the place of the realm's and returns the schema as it is
// then. Version is the one that the change was made from, or -1 for whichever it is:
// ErrSchemaChanged if it is another one. It returns ErrSchemaInvalid for the first
// rule that is broken. What people have told before stays where it is.
func (s *Service) SetSchema(ctx context.Context, realmID string, version int64, fields []Field) (*Schema, error) {
	ready, err := prepare(fields)
	if err != nil {
		return nil, err
	}
	text, err := encode(ready)
	if err != nil {
		return nil, err
	}
	var after *Schema
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.realms.ByID(ctx, realmID); err != nil {
			return err
		}
		before, err := s.read(ctx, realmID)
		if err != nil {
			return err
		}
		if version >= 0 && before.Version != version {
			return ErrSchemaChanged
		}
		now := database.At(s.now()).Time()
		stored, err := s.write(ctx, realmID, text, before.Version, now)
		if err != nil {
			return fmt.Errorf("set profile schema of realm %s: %w", realmID, err)
		}
		if !stored {
			return ErrSchemaChanged
		}
		if err := s.db.Changed(ctx, topicSchema, realmID); err != nil {
			return err
		}
		after = &Schema{Version: before.Version + 1, Fields: ready, UpdatedAt: now}
		return s.events.Record(ctx, event.Ref{RealmID: realmID, Kind: "profile_schema", ID: realmID}, SchemaChanged{
			Version: after.Version, Fields: names(ready),
		})
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

func names(fields []Field) []string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.Name
	}
	return list
}

// Validate returns values that role gives about a person of the realm in the form in
// which they are stored, or the first fault; user.NewUser and user.Profile take them
// as Attributes. Whoever creates or imports people calls it.
func (s *Service) Validate(ctx context.Context, realmID string, role Role, values map[string]any) (map[string]any, error) {
	if len(values) == 0 {
		return nil, nil
	}
	schema, err := s.Schema(ctx, realmID)
	if err != nil {
		return nil, err
	}
	clean, faults := schema.Check(role, values)
	if len(faults) > 0 {
		return nil, faults[0]
	}
	return clean, nil
}
