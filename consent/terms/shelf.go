package terms

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"authserver/internal/database"
)

// shelf is what a realm, or all realms, have in force, had, and plan.
type shelf struct {
	activations map[string][]activation // by kind, the earliest first
	documents   map[string]*Document    // those in force, and those to come
	pins        map[string][]Pin        // by application
}

// activation says what is in force from then on; documentID "" is nothing.
type activation struct {
	documentID string
	startsAt   time.Time
}

// Pin is the least version of a kind that an application is content with.
type Pin struct {
	Kind       string
	DocumentID string
	Global     bool
	Number     int64
}

// active is the document of that kind in force, or nil.
func (s *shelf) active(kind string, now time.Time) *Document {
	var id string
	for _, a := range s.activations[kind] {
		if a.startsAt.After(now) {
			break
		}
		id = a.documentID
	}
	return s.documents[id]
}

// next is when anything on the shelf comes into force or ends; zero for never.
func (s *shelf) next(now time.Time) time.Time {
	var soonest time.Time
	for _, all := range s.activations {
		for _, a := range all {
			if a.startsAt.After(now) && (soonest.IsZero() || a.startsAt.Before(soonest)) {
				soonest = a.startsAt
			}
		}
	}
	return soonest
}

// shelf returns what the owner has, from memory where possible. A reader inside a
// transaction may see what is as old as for any other reader.
func (s *Service) shelf(ctx context.Context, realmID string) (*shelf, error) {
	if known, ok := s.shelves.Peek(realmID); ok {
		return known, nil
	}
	load := func(ctx context.Context) (*shelf, error) {
		found, err := s.loadShelf(ctx, realmID)
		if err != nil {
			return nil, fmt.Errorf("documents of realm %q: %w", realmID, err)
		}
		return found, nil
	}
	if database.Within(ctx) {
		return load(ctx)
	}
	return s.shelves.Get(ctx, realmID, load)
}

// inForce is what a realm and all realms have.
type inForce struct{ own, global *shelf }

func (s *Service) inForce(ctx context.Context, realmID string) (inForce, error) {
	own, err := s.shelf(ctx, realmID)
	if err != nil {
		return inForce{}, err
	}
	global, err := s.shelf(ctx, "")
	return inForce{own, global}, err
}

// of is the document of that kind in force: the realm's own before the one for all.
func (f inForce) of(kind string, now time.Time) *Document {
	if d := f.own.active(kind, now); d != nil {
		return d
	}
	return f.global.active(kind, now)
}

// all are the documents in force, the terms of use and the privacy policy first.
func (f inForce) all(now time.Time) []*Document {
	kinds := map[string]bool{}
	for _, s := range []*shelf{f.own, f.global} {
		for kind := range s.activations {
			kinds[kind] = true
		}
	}
	delete(kinds, TermsOfUse)
	delete(kinds, PrivacyPolicy)
	var found []*Document
	for _, kind := range append([]string{TermsOfUse, PrivacyPolicy}, slices.Sorted(maps.Keys(kinds))...) {
		if d := f.of(kind, now); d != nil {
			found = append(found, d)
		}
	}
	return found
}

// Current returns the documents in force for a realm.
func (s *Service) Current(ctx context.Context, realmID string) ([]*Document, error) {
	f, err := s.inForce(ctx, realmID)
	if err != nil {
		return nil, err
	}
	return f.all(s.now()), nil
}

// CurrentOf returns the document of that kind in force, or ErrNotFound, and when that
// may end; zero for when nothing is planned.
func (s *Service) CurrentOf(ctx context.Context, realmID, kind string) (*Document, time.Time, error) {
	f, err := s.inForce(ctx, realmID)
	if err != nil {
		return nil, time.Time{}, err
	}
	now := s.now()
	d := f.of(kind, now)
	if d == nil {
		return nil, time.Time{}, ErrNotFound
	}
	until := f.own.next(now)
	if other := f.global.next(now); until.IsZero() || !other.IsZero() && other.Before(until) {
		until = other
	}
	return d, until, nil
}

// since is when the document came into force, of late.
func (s *shelf) since(d *Document, now time.Time) time.Time {
	var begun time.Time
	for _, a := range s.activations[d.Kind] {
		if a.documentID == d.ID && !a.startsAt.After(now) {
			begun = a.startsAt
		}
	}
	return begun
}
