package oauth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// scopePermissions asks for the permissions behind the roles.
const scopePermissions = "permissions"

// Standing is for whom roles are asked, and how they signed in.
type Standing struct {
	// UserID is empty when an application acts for itself.
	UserID, ApplicationID string
	ACR                   string
	AMR                   []string
	AuthenticatedAt       time.Time
	// IP is where the person, or who asks for them, comes from; may be empty.
	IP string
}

// Roles knows what people and applications are. rbac fulfils it.
type Roles interface {
	// Held are the roles and permissions at the application that are valid now.
	Held(ctx context.Context, in *realm.Realm, who Standing, applicationID string) (roles, permissions []string, err error)
}

// held are the roles of the token's person, or application, at the application that the
// token is for, and with the scope permissions what these allow.
func (s *Service) held(ctx context.Context, u *unit, a *authorization, audience, scopes []string) (roles, permissions []string, err error) {
	if s.roles == nil {
		return nil, nil, nil
	}
	app, err := s.resourceOf(ctx, u.realm, u.app, audience)
	if err != nil {
		return nil, nil, err
	}
	return s.heldAt(ctx, u.realm, a, u.app.ID, app.ID, scopes)
}

func (s *Service) heldAt(ctx context.Context, in *realm.Realm, a *authorization, clientID, at string, scopes []string) (roles, permissions []string, err error) {
	if s.roles == nil {
		return nil, nil, nil
	}
	who := Standing{UserID: a.UserID, ApplicationID: clientID, ACR: a.ACR, AMR: a.AMR, AuthenticatedAt: a.AuthTime, IP: web.ClientIP(ctx)}
	roles, permissions, err = s.roles.Held(ctx, in, who, at)
	if err != nil {
		return nil, nil, fmt.Errorf("roles: %w", err)
	}
	if !slices.Contains(scopes, scopePermissions) {
		permissions = nil
	}
	return roles, permissions, nil
}

// resourceOf is the application that answers to the first audience that one does; else
// the client itself.
func (s *Service) resourceOf(ctx context.Context, in *realm.Realm, client *application.Application, audience []string) (*application.Application, error) {
	for _, one := range audience {
		if one == client.ClientID || one == s.issuer(in.Slug) || slices.Contains(client.Identifiers, one) {
			return client, nil
		}
		app, err := s.apps.ByIdentifier(ctx, in.ID, one)
		if err != nil {
			return nil, fmt.Errorf("roles: %w", err)
		}
		if app != nil {
			return app, nil
		}
	}
	return client, nil
}
