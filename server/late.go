package server

import (
	"context"

	"authserver/identity/user"
	"authserver/oauth"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// lateGrants breaks the one circle of the house: oauth is built on sessions and
// consents, and ending one of those ends the grants that oauth keeps. It is handed
// down empty and filled when oauth exists, before anybody can call it.
type lateGrants struct{ oauth *oauth.Service }

// RevokeSession ends what was granted in the session, as far as the reason goes.
func (g *lateGrants) RevokeSession(ctx context.Context, realmID, sessionID, reason string) error {
	return g.oauth.RevokeSession(ctx, realmID, sessionID, reason)
}

// RevokeUser ends every grant of the user.
func (g *lateGrants) RevokeUser(ctx context.Context, realmID, userID string) error {
	return g.oauth.RevokeUser(ctx, realmID, userID)
}

// RevokeApplication ends every grant of the user to the application.
func (g *lateGrants) RevokeApplication(ctx context.Context, realmID, userID, applicationID string) error {
	return g.oauth.RevokeApplication(ctx, realmID, userID, applicationID)
}

// noFactors stands where a house has no second factors.
type noFactors struct{}

func (noFactors) Enrolled(context.Context, string, string) ([]string, error) { return nil, nil }

func (noFactors) Trusts(context.Context, string, string, string) (bool, error) { return false, nil }

// noProfiles stands where a house asks nothing about people.
type noProfiles struct{}

func (noProfiles) Missing(context.Context, *realm.Realm, *application.Application, *user.User) ([]string, error) {
	return nil, nil
}
