package server

import (
	"context"
	"net/http"
	"slices"

	"authserver/identity/profile"
	"authserver/internal/rest"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/oauth"
	"authserver/rbac"
	"authserver/tenant/blueprint"
	"authserver/tenant/realm"
)

// buildAdmin makes the administration and lets every room with operations add them. This
// is the list of what programs can ask for.
func (s *Server) buildAdmin(ring *secret.Ring) {
	s.own = secret.Token("own_")
	s.Admin = rest.New(rest.Deps{
		DB: s.Database, Ring: ring, Mux: s.web.Mux(), Authorizer: s.Roles, Limits: s.Limits, Refusals: s.Audit, Now: s.now, PublicURL: s.config.PublicURL.String(),
		Authenticator: &callers{keys: s.Applications, oauth: s.OAuth, own: secret.Digest(s.own)},
	})
	for _, room := range []interface{ MountAdmin(*rest.API) }{
		s.Realms,
		s.Applications,
		s.Directory,
		s.Roles,
		s.Policies,
		s.Federation,
		s.Keys,
		s.Terms,
		s.Choices,
		s.Messages,
		s.OAuth,
		s.Statistics,
		s.Profiles,
		s.Audit,
		s.Limits,
		s.Factors,
		s.Passkeys,
		s.Activity,
		s.Flows,
		s.Invitations,
		s.Bulk,
		s.Webhooks,
		s.Security,
		s.Signals,
		s.Parked,
		s.Notices,
	} {
		room.MountAdmin(s.Admin)
	}
	// What it can do is what the others can.
	blueprint.New(blueprint.Deps{DB: s.Database, Within: within{s}}).MountAdmin(s.Admin)
}

// Local is a way for commands on this machine to administer: requests go straight to the
// handler, in the transaction of their context if there is one, and may do everything.
func (s *Server) Local() http.RoundTripper { return local{s} }

type local struct{ s *Server }

// AdminRoutes are the routes of the administration, for the test that holds them to the
// document.
func (s *Server) AdminRoutes() []web.Route {
	return slices.DeleteFunc(s.web.Routes(), func(r web.Route) bool { return r.Surface != "admin" })
}

// heldRoles tells tokens about roles.
type heldRoles struct{ roles *rbac.Service }

// Held implements oauth.Roles.
func (h heldRoles) Held(ctx context.Context, in *realm.Realm, who oauth.Standing, applicationID string) (roles, permissions []string, err error) {
	kind, id := rbac.User, who.UserID
	if id == "" {
		kind, id = rbac.Application, who.ApplicationID
	}
	return h.roles.HeldBy(ctx, in.ID, kind, id, rbac.How{ACR: who.ACR, AuthenticatedAt: who.AuthenticatedAt, IP: who.IP}, applicationID)
}

// values holds attributes that administrators give to the realm's schema.
type values struct{ profiles *profile.Service }

// ValidateAttributes implements directory.Attributes.
func (v values) ValidateAttributes(ctx context.Context, realmID string, given map[string]any) (map[string]any, error) {
	return v.profiles.Validate(ctx, realmID, profile.Admin, given)
}
