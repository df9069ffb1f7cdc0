package activity

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"authserver/identity/user"
	"authserver/internal/database"
	"authserver/internal/device"
	"authserver/internal/event"
	"authserver/internal/fault"
	"authserver/internal/id"
	"authserver/templates"
	"authserver/tenant/application"
)

// ErrCursor refuses a place in the list that this room did not name.
var ErrCursor = fault.New(fault.Invalid, "cursor_invalid", "That is no place in the list.").At("cursor")

// Applications names them. tenant/application fulfils it.
type Applications interface {
	ByID(ctx context.Context, realmID, appID string) (*application.Application, error)
}

// Users finds the person. identity/user fulfils it.
type Users interface {
	ByID(ctx context.Context, realmID, userID string) (*user.User, error)
}

// Deps is what the room needs.
type Deps struct {
	DB           *database.DB
	Applications Applications
	Users        Users
	// Places names where addresses are; nil knows no towns.
	Places *device.Places
	Now    func() time.Time
}

// Service is what the room can do. It is an event.Subscriber.
type Service struct {
	db     *database.DB
	apps   Applications
	users  Users
	places *device.Places
	now    func() time.Time
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Applications == nil || d.Users == nil || d.Now == nil {
		panic("activity: DB, Applications, Users and Now are required")
	}
	if d.Places == nil {
		d.Places = &device.Places{}
	}
	return &Service{db: d.DB, apps: d.Applications, users: d.Users, places: d.Places, now: d.Now}
}

// Name implements event.Subscriber.
func (s *Service) Name() string { return "activity" }

// Handle implements event.Subscriber: it writes down what concerns a person. What was
// still on its way when they were erased is removed when that is told.
func (s *Service) Handle(ctx context.Context, e event.Event) error {
	if e.Type == "user.deleted" {
		return s.remove(ctx, e.RealmID, e.Ref.ID)
	}
	n, ok := entryOf(e)
	if !ok {
		return nil
	}
	return s.insert(ctx, n)
}

// List returns up to limit entries of the user, the newest first, from the place that
// cursor names (empty: the newest), and the cursor of what follows, empty at the end.
func (s *Service) List(ctx context.Context, realmID, userID, cursor string, limit int) ([]Entry, string, error) {
	from, err := parse(cursor)
	if err != nil {
		return nil, "", err
	}
	entries, err := s.list(ctx, realmID, userID, from, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list activity of user %s: %w", userID, err)
	}
	if len(entries) <= limit {
		return entries, "", nil
	}
	entries = entries[:limit]
	return entries, place{entries[limit-1].At, entries[limit-1].ID}.String(), nil
}

// place is where a page of the list begins: after the entry with this time and id.
type place struct {
	at time.Time
	id string
}

// String is the place as a cursor.
func (p place) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(int64(database.At(p.at)), 10) + " " + p.id))
}

func parse(cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	micros, entryID, found := strings.Cut(string(raw), " ")
	at, bad := strconv.ParseInt(micros, 10, 64)
	if err != nil || !found || bad != nil || at <= 0 || !id.Valid(entryID) {
		return place{}, ErrCursor
	}
	return place{database.Micros(at).Time(), entryID}, nil
}

// Recent returns the newest entries as the account's overview shows them.
func (s *Service) Recent(ctx context.Context, realmID, userID, language string, most int) ([]templates.AccountEntry, error) {
	entries, _, err := s.List(ctx, realmID, userID, "", most)
	if err != nil {
		return nil, err
	}
	return s.shown(ctx, entries, language)
}

// shown are the entries in a person's words.
func (s *Service) shown(ctx context.Context, entries []Entry, language string) ([]templates.AccountEntry, error) {
	names := map[string]string{}
	out := make([]templates.AccountEntry, len(entries))
	for i, n := range entries {
		name, err := s.name(ctx, names, n.RealmID, n.ApplicationID)
		if err != nil {
			return nil, err
		}
		if name == "" {
			name = n.Provider
		}
		out[i] = templates.AccountEntry{
			Code: n.Code(), At: n.At, Detail: name, Device: device.Name(n.UserAgent), Place: s.places.Of(n.IP, language),
			Admin: n.Admin, Attention: n.Attention(),
		}
	}
	return out, nil
}

// name is the application's, looked up once; "" for none, and for one that is gone.
func (s *Service) name(ctx context.Context, known map[string]string, realmID, appID string) (string, error) {
	if appID == "" {
		return "", nil
	}
	if name, ok := known[appID]; ok {
		return name, nil
	}
	app, err := s.apps.ByID(ctx, realmID, appID)
	if err != nil && !errors.Is(err, application.ErrNotFound) {
		return "", err
	}
	known[appID] = ""
	if err == nil {
		known[appID] = app.Name
	}
	return known[appID], nil
}

// sweepBatch keeps the row locks of a sweep short.
const sweepBatch = 500

// Sweep removes entries that are older than Kept, in small batches, and returns how
// many.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.sweep(ctx, s.now().Add(-Kept), sweepBatch)
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("sweep activity: %w", err)
		}
		if n < sweepBatch {
			return total, nil
		}
	}
}
