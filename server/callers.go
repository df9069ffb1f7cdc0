package server

import (
	"context"
	"errors"
	"slices"
	"strings"

	"authserver/internal/fault"
	"authserver/internal/rest"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/oauth"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// scopeAdmin is what an access token must have to administer: an application that a
// person merely signs in to must not act with what they may do.
const scopeAdmin = "admin"

var errScope = fault.New(fault.Denied, "scope_missing", "The access token lacks the scope admin.")

// callers names who administers: a person or an application by access token, a machine by
// API key, and this very process by a word that nobody else knows. It is a
// rest.Authenticator.
type callers struct {
	keys  *application.Service
	oauth *oauth.Service
	// own is the digest of the credential of this process's own commands.
	own []byte
}

// Authenticate implements rest.Authenticator.
func (c *callers) Authenticate(ctx context.Context, credential string) (*rest.Principal, error) {
	in, ok := realm.Maybe(ctx)
	var p *rest.Principal
	var err error
	switch {
	case secret.Equal(secret.Digest(credential), c.own):
		name, _ := ctx.Value(atTerminal{}).(string)
		p = &rest.Principal{Kind: rest.System, ID: name, Scopes: []string{rest.All}}
	case strings.HasPrefix(credential, "ak_"):
		p, err = c.byKey(ctx, in, credential)
	case ok:
		p, err = c.byToken(ctx, in, credential)
	default: // no token reaches above its realm
		err = rest.ErrUnauthenticated
	}
	if err != nil {
		return nil, err
	}
	p.IP = web.ClientIP(ctx)
	return p, nil
}

func (c *callers) byKey(ctx context.Context, in *realm.Realm, plain string) (*rest.Principal, error) {
	if in != nil {
		k, err := c.keys.AuthenticateKey(ctx, in.ID, plain, web.ClientIP(ctx))
		if err == nil {
			return &rest.Principal{Kind: rest.APIKey, ID: k.ID, RealmID: k.RealmID, ApplicationID: k.ApplicationID, Scopes: k.Scopes}, nil
		}
		if !errors.Is(err, application.ErrKeyInvalid) {
			return nil, err
		}
	}
	k, err := c.keys.AuthenticateKey(ctx, "", plain, web.ClientIP(ctx))
	if err != nil {
		return nil, err
	}
	return &rest.Principal{Kind: rest.Operator, ID: k.ID, Scopes: k.Scopes, Realms: k.Realms}, nil
}

func (c *callers) byToken(ctx context.Context, in *realm.Realm, token string) (*rest.Principal, error) {
	who, err := c.oauth.Caller(ctx, token)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(who.Scopes, scopeAdmin) {
		return nil, web.Challenge(errScope, "insufficient_scope", "scope", scopeAdmin)
	}
	if who.Session == nil {
		return &rest.Principal{Kind: rest.Application, ID: who.ApplicationID, RealmID: in.ID, ApplicationID: who.ApplicationID}, nil
	}
	s := who.Session
	return &rest.Principal{
		Kind: rest.User, ID: s.UserID, RealmID: in.ID, ApplicationID: who.ApplicationID, SessionID: s.ID,
		AMR: s.AMR, ACR: s.ACR, AuthenticatedAt: s.AuthenticatedAt,
	}, nil
}
