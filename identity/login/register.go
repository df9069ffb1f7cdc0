package login

import (
	"context"

	"authserver/identity/flow"
	"authserver/tenant/realm"
)

// Registration says where people make accounts. identity/registration fulfils it.
type Registration interface {
	// URL is the page's address for the flow, "" where nobody may register.
	URL(ctx context.Context, in *realm.Realm, f *flow.Flow) (string, error)
}

// registerURL is where the sign-in page leads those who have no account.
func (s *Service) registerURL(ctx context.Context, f *flow.Flow) (string, error) {
	if s.registration == nil {
		return "", nil
	}
	return s.registration.URL(ctx, realm.From(ctx), f)
}
