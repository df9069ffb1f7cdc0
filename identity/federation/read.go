package federation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"authserver/internal/database"
	"authserver/internal/fault"
	"authserver/tenant/application"
)

// List returns the providers of the realm, enabled or not, in the order of their
// buttons.
func (s *Service) List(ctx context.Context, realmID string) ([]*Provider, error) {
	if database.Within(ctx) {
		return s.providersOf(ctx, realmID)
	}
	if all, ok := s.byRealm.Peek(realmID); ok {
		return all, nil
	}
	return s.byRealm.Get(ctx, realmID, func(ctx context.Context) ([]*Provider, error) { return s.providersOf(ctx, realmID) })
}

// ByID returns the provider, enabled or not, or ErrNotFound.
func (s *Service) ByID(ctx context.Context, realmID, providerID string) (*Provider, error) {
	return s.pick(ctx, realmID, func(p *Provider) bool { return p.ID == providerID })
}

// BySlug returns the provider, enabled or not, or ErrNotFound.
func (s *Service) BySlug(ctx context.Context, realmID, slug string) (*Provider, error) {
	return s.pick(ctx, realmID, func(p *Provider) bool { return p.Slug == slug })
}

func (s *Service) pick(ctx context.Context, realmID string, is func(*Provider) bool) (*Provider, error) {
	all, err := s.List(ctx, realmID)
	if err != nil {
		return nil, fmt.Errorf("read providers of realm %s: %w", realmID, err)
	}
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], nil
	}
	return nil, ErrNotFound
}

// Offered are the enabled providers through which people may sign in to the
// application, or to their account when the id is empty. One that is gone offers none.
func (s *Service) Offered(ctx context.Context, realmID, applicationID string) ([]*Provider, error) {
	all, err := s.List(ctx, realmID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	offers := func(string) bool { return true }
	if applicationID != "" {
		app, err := s.applications.ByID(ctx, realmID, applicationID)
		if errors.Is(err, application.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		offers = app.Offers
	}
	var offered []*Provider
	for _, p := range all {
		if p.Enabled && offers(p.Slug) {
			offered = append(offered, p)
		}
	}
	return offered, nil
}

// errNotOffered is one answer for a provider that is not there, is switched off or is
// not the application's.
var errNotOffered = fault.New(fault.NotFound, "provider_not_offered", "Signing in that way is not possible here.")

// offered returns the provider if people may sign in to the application through it
// now, or errNotOffered.
func (s *Service) offered(ctx context.Context, realmID, applicationID string, is func(*Provider) bool) (*Provider, error) {
	all, err := s.Offered(ctx, realmID, applicationID)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], nil
	}
	return nil, errNotOffered
}
