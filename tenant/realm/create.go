package realm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/id"
)

// Topic is the one under which changes of realms are announced (database.Changed).
// Each change has two keys: the realm's id and its slug.
const Topic = "realm"

const (
	cacheSize = 10_000
	// cacheTTL is the net below a missed announcement.
	cacheTTL = time.Minute
	// staleTTL keeps discovery and JWKS going while the database is away.
	staleTTL = 10 * time.Minute
	// negativeTTL keeps a flood of one unknown slug from the database.
	negativeTTL = 5 * time.Second
)

// Keys makes signing keys. oauth/key fulfils it.
type Keys interface {
	// Ensure makes the realm's first keys in the transaction of the context.
	Ensure(ctx context.Context, realmID string) error
}

// Deps is what the room needs.
type Deps struct {
	DB     *database.DB
	Events *event.Log
	Keys   Keys
	// Remains are what is left of a deleted realm; nil is nothing.
	Remains Remains
	Now     func() time.Time
}

// Service is what the room can do.
type Service struct {
	db      *database.DB
	events  *event.Log
	keys    Keys
	remains Remains
	now     func() time.Time
	bySlug  *cache.Cache[string, *Realm]
	byID    *cache.Cache[string, *Realm]
}

// New returns the room. It panics when a dependency is missing.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Keys == nil || d.Now == nil {
		panic("realm: DB, Events, Keys and Now are required")
	}
	if d.Remains == nil {
		d.Remains = nothing{}
	}
	options := cache.Options{Size: cacheSize, TTL: cacheTTL, Stale: staleTTL, Negative: negativeTTL, Now: d.Now}
	s := &Service{
		db: d.DB, events: d.Events, keys: d.Keys, remains: d.Remains, now: d.Now,
		bySlug: cache.New[string, *Realm](options),
		byID:   cache.New[string, *Realm](options),
	}
	d.DB.OnChange(Topic, func(key string) {
		s.bySlug.Drop(key)
		s.byID.Drop(key)
	})
	return s
}

// Draft is what a realm is created from. Slug and Name are required; the zero
// Policy stands for DefaultPolicy.
type Draft struct {
	Slug, Name      string
	Branding        Branding
	DefaultLanguage string
	Policy          Policy
}

// Create makes an active realm with its signing keys, in one transaction. It
// returns ErrSlugTaken when the slug is in use, and the fault of the first field
// that breaks a rule.
func (s *Service) Create(ctx context.Context, n Draft) (*Realm, error) {
	if err := CheckSlug(n.Slug); err != nil {
		return nil, err
	}
	if reflect.ValueOf(n.Policy).IsZero() {
		n.Policy = DefaultPolicy()
	}
	r := &Realm{
		ID: id.New(), Slug: n.Slug, Name: n.Name, Active: true, Branding: n.Branding,
		DefaultLanguage: n.DefaultLanguage, Policy: n.Policy, Version: 1,
	}
	if err := r.normalise(); err != nil {
		return nil, err
	}
	r.CreatedAt = s.stamp()
	r.UpdatedAt = r.CreatedAt
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.insert(ctx, r); err != nil {
			if errors.Is(err, database.ErrDuplicate) {
				return ErrSlugTaken.At("slug")
			}
			return fmt.Errorf("create realm %s: %w", r.Slug, err)
		}
		if err := s.keys.Ensure(ctx, r.ID); err != nil {
			return fmt.Errorf("create realm %s: signing keys: %w", r.Slug, err)
		}
		if err := s.announce(ctx, r); err != nil {
			return fmt.Errorf("create realm %s: %w", r.Slug, err)
		}
		return s.events.Record(ctx, r.Ref(), Created{Slug: r.Slug, Name: r.Name})
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// announce makes every node forget what it knows of r once the transaction of
// the context has committed.
func (s *Service) announce(ctx context.Context, r *Realm) error {
	if err := s.db.Changed(ctx, Topic, r.ID); err != nil {
		return err
	}
	return s.db.Changed(ctx, Topic, r.Slug)
}

// stamp is the time as the database keeps it.
func (s *Service) stamp() time.Time { return database.At(s.now()).Time() }

// Caches tells how the room's caches have served.
func (s *Service) Caches() map[string]cache.Counts {
	return map[string]cache.Counts{"realm_by_slug": s.bySlug.Counts(), "realm_by_id": s.byID.Counts()}
}
