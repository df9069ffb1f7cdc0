package login

import (
	"context"

	"authserver/identity/flow"
	"authserver/templates"
)

// Providers knows at which other places people can sign in within the flow.
// identity/federation fulfils it.
type Providers interface {
	Providers(ctx context.Context, f *flow.Flow) ([]templates.Provider, error)
}

// providersOf are the buttons beside the form.
func (s *Service) providersOf(ctx context.Context, f *flow.Flow) ([]templates.Provider, error) {
	if s.providers == nil {
		return nil, nil
	}
	return s.providers.Providers(ctx, f)
}
