package realm

import (
	"context"

	"authserver/internal/database"
	"authserver/internal/id"
)

// Resolve puts the realm of slug into the context. Unknown and blocked realms
// give the same ErrNotFound. It fulfils web.Realms.
func (s *Service) Resolve(ctx context.Context, slug string) (context.Context, error) {
	r, err := s.BySlug(ctx, slug)
	if err != nil {
		return ctx, err
	}
	if !r.Active {
		return ctx, ErrNotFound
	}
	return Into(ctx, r), nil
}

// BySlug returns the realm, active or blocked, from memory where possible, or
// ErrNotFound.
func (s *Service) BySlug(ctx context.Context, slug string) (*Realm, error) {
	// A malformed slug must not take the place of a real one in memory.
	if !wellFormed(slug) {
		return nil, ErrNotFound
	}
	// A transaction sees its own changes, and must not put them into memory.
	if database.Within(ctx) {
		return s.findBySlug(ctx, slug)
	}
	if r, ok := s.bySlug.Peek(slug); ok {
		return r, nil
	}
	return s.bySlug.Get(ctx, slug, func(ctx context.Context) (*Realm, error) { return s.findBySlug(ctx, slug) })
}

// ByID returns the realm, active or blocked, from memory where possible, or
// ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID string) (*Realm, error) {
	if !id.Valid(realmID) {
		return nil, ErrNotFound
	}
	if database.Within(ctx) {
		return s.find(ctx, realmID)
	}
	if r, ok := s.byID.Peek(realmID); ok {
		return r, nil
	}
	return s.byID.Get(ctx, realmID, func(ctx context.Context) (*Realm, error) { return s.find(ctx, realmID) })
}

// Filter selects realms for List. The zero value means all of them, from the
// oldest on.
type Filter struct {
	Active *bool
	// Only limits to realms of these ids; nil does not.
	Only  []string
	After string // id of the last realm seen
	Limit int    // 1 to 100; 0 means 50
}

// List returns realms in the order of their creation.
func (s *Service) List(ctx context.Context, f Filter) ([]*Realm, error) {
	if f.Limit < 1 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 100)
	return s.list(ctx, f)
}
