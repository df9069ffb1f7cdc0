package server

import (
	"context"

	"authserver/oauth"
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
