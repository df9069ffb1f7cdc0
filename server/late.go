package server

import (
	"context"

	"authserver/consent/terms"
	"authserver/identity/federation"
	"authserver/identity/flow"
	"authserver/identity/mfa"
	"authserver/identity/session"
	"authserver/internal/letter"
	"authserver/notify/inapp"
	"authserver/oauth"
	"authserver/rbac"
	"authserver/rbac/policy"
	"authserver/templates"
	"authserver/tenant/realm"
	"authserver/watch/security"
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

// Uses tells what applications hold in a user's name.
func (g *lateGrants) Uses(ctx context.Context, realmID, userID string) ([]session.Use, error) {
	return g.oauth.Uses(ctx, realmID, userID)
}

// lateWays lets rooms that are built one after another ask each other. It is handed
// down empty and filled before anybody can ask.
type lateWays struct {
	factors   *mfa.Service
	providers *federation.Service
}

// Enrolled names the second factors of a user.
func (w *lateWays) Enrolled(ctx context.Context, realmID, userID string) ([]string, error) {
	return w.factors.Enrolled(ctx, realmID, userID)
}

// Distrust ends the trust in a user's browsers.
func (w *lateWays) Distrust(ctx context.Context, realmID, userID, deviceID string) error {
	return w.factors.Distrust(ctx, realmID, userID, deviceID)
}

// FirstCodes makes the recovery codes that come with a first factor.
func (w *lateWays) FirstCodes(ctx context.Context, in *realm.Realm, userID, binding string) (bool, error) {
	return w.factors.FirstCodes(ctx, in, userID, binding)
}

// CodesURL is where a person reads them.
func (w *lateWays) CodesURL(f *flow.Flow) string { return w.factors.CodesURL(f) }

// Providers are the other places at which people can sign in within the flow.
func (w *lateWays) Providers(ctx context.Context, f *flow.Flow) ([]templates.Provider, error) {
	return w.providers.Providers(ctx, f)
}

// Linked reports whether a user can sign in through another provider.
func (w *lateWays) Linked(ctx context.Context, realmID, userID string) (bool, error) {
	return w.providers.Linked(ctx, realmID, userID)
}

// lateRoles lets the gate, on the ground floor, ask about roles.
type lateRoles struct{ roles *rbac.Service }

// RequiresFactor reports whether a role of the user demands a second factor.
func (l *lateRoles) RequiresFactor(ctx context.Context, realmID, userID string) (bool, error) {
	return l.roles.RequiresFactor(ctx, realmID, userID)
}

// lateTerms lets the gate, on the ground floor, ask what people must accept.
type lateTerms struct{ terms *terms.Service }

// Owed reports whether the user has to accept something first.
func (l *lateTerms) Owed(ctx context.Context, realmID, applicationID, userID string) (bool, error) {
	return l.terms.Owed(ctx, realmID, applicationID, userID)
}

// lateGuard lets flows, on the ground floor, tell of every sign-in.
type lateGuard struct{ security *security.Service }

// Proven looks at what has just been proven.
func (l *lateGuard) Proven(ctx context.Context, f *flow.Flow, proofs []flow.Proof) error {
	return l.security.Proven(ctx, f, proofs)
}

// lateWishes lets letters ask what people want, which rests on letters.
type lateWishes struct{ notices *inapp.Service }

// Wants implements message.Wishes.
func (l *lateWishes) Wants(ctx context.Context, realmID, userID string, kind letter.Kind) (bool, error) {
	return l.notices.Wants(ctx, realmID, userID, kind)
}

// lateRules lets rbac ask the attribute rules, which know roles.
type lateRules struct{ policies *policy.Service }

// Judge implements rbac.Policies.
func (l *lateRules) Judge(ctx context.Context, realmID string, f rbac.Facts, roles []string, q rbac.Question) (rbac.Verdict, []rbac.Reason, error) {
	return l.policies.Judge(ctx, realmID, f, roles, q)
}

// Barred implements rbac.InForce.
func (l *lateRules) Barred(ctx context.Context, realmID string, f rbac.Facts, roles []string, applicationID string, codes []string) ([]string, error) {
	return l.policies.Barred(ctx, realmID, f, roles, applicationID, codes)
}
