package server

import (
	"context"
	"net/http"

	"authserver/internal/rest"
	"authserver/internal/secret"
	"authserver/oauth"
	"authserver/rbac"
	"authserver/tenant/realm"
)

// buildAdmin makes the administration and lets every room with operations add them. This
// is the list of what programs can ask for.
func (s *Server) buildAdmin(ring *secret.Ring) {
	s.own = secret.Token("own_")
	s.Admin = rest.New(rest.Deps{
		DB: s.Database, Ring: ring, Mux: s.web.Mux(), Authorizer: s.Roles, Now: s.now, PublicURL: s.config.PublicURL.String(),
		Authenticator: &callers{keys: s.Applications, oauth: s.OAuth, own: secret.Digest(s.own)},
	})
	for _, room := range []interface{ MountAdmin(*rest.API) }{
		s.Roles,
	} {
		room.MountAdmin(s.Admin)
	}
}

// Local is a way for commands on this machine to administer: requests go straight to the
// handler, in the transaction of their context if there is one, and may do everything.
func (s *Server) Local() http.RoundTripper { return local{s} }

type local struct{ s *Server }

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
