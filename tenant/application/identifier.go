package application

import (
	"context"
	"fmt"

	"authserver/internal/database"
)

// ByIdentifier returns the oldest enabled application of the realm that answers to the
// identifier or has it as its client id, or nil. It reads memory where possible.
func (s *Service) ByIdentifier(ctx context.Context, realmID, identifier string) (*Application, error) {
	owners, ok := s.byIdentifier.Peek(realmID)
	if !ok {
		load := s.byIdentifier.Get
		if database.Within(ctx) { // what a transaction sees must not get into memory
			load = func(ctx context.Context, realmID string, find func(context.Context) (map[string]string, error)) (map[string]string, error) {
				return find(ctx)
			}
		}
		var err error
		owners, err = load(ctx, realmID, func(ctx context.Context) (map[string]string, error) { return s.owners(ctx, realmID) })
		if err != nil {
			return nil, err
		}
	}
	appID, ok := owners[identifier]
	if !ok {
		return nil, nil
	}
	return s.ByID(ctx, realmID, appID)
}

// owners are the ids of the realm's enabled applications by what they answer to.
func (s *Service) owners(ctx context.Context, realmID string) (map[string]string, error) {
	owners := map[string]string{}
	enabled := true
	for f := (Filter{Enabled: &enabled, Limit: 100}); ; {
		page, err := s.List(ctx, realmID, f)
		if err != nil {
			return nil, fmt.Errorf("identifiers of realm %s: %w", realmID, err)
		}
		for _, a := range page {
			for _, name := range append([]string{a.ClientID}, a.Identifiers...) {
				if _, taken := owners[name]; !taken {
					owners[name] = a.ID
				}
			}
			f.After = a.ID
		}
		if len(page) < f.Limit {
			return owners, nil
		}
	}
}
