package oauth

import (
	"slices"
	"time"

	"github.com/ory/fosite"

	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// client shows an application to fosite. It holds no copy: the application is an
// immutable value of the cache.
type client struct {
	app *application.Application
	// refresh is false while a grant without offline access is exchanged:
	// fosite decides by the client's grant types whether to issue a refresh token.
	refresh bool
}

var (
	_ fosite.Client             = (*client)(nil)
	_ fosite.ResponseModeClient = (*client)(nil)
)

func newClient(app *application.Application) *client {
	return &client{app: app, refresh: app.AllowsGrant(grantRefresh)}
}

func (c *client) GetID() string { return c.app.ClientID }

// GetHashedSecret is never asked for: clientauth.go authenticates.
func (c *client) GetHashedSecret() []byte            { return nil }
func (c *client) GetRedirectURIs() []string          { return c.app.RedirectURIs }
func (c *client) GetResponseTypes() fosite.Arguments { return fosite.Arguments{"code"} }
func (c *client) GetScopes() fosite.Arguments        { return c.app.Scopes }
func (c *client) IsPublic() bool                     { return c.app.AuthMethod == application.AuthNone }
func (c *client) GetAudience() fosite.Arguments      { return c.app.Audiences }

func (c *client) GetGrantTypes() fosite.Arguments {
	if c.refresh || !c.app.AllowsGrant(grantRefresh) {
		return c.app.GrantTypes
	}
	return slices.DeleteFunc(slices.Clone(c.app.GrantTypes), func(g string) bool { return g == grantRefresh })
}

func (c *client) GetResponseModes() []fosite.ResponseModeType {
	return []fosite.ResponseModeType{fosite.ResponseModeQuery, fosite.ResponseModeFormPost}
}

// exactScope accepts needle when the client's scopes contain it letter for letter;
// fosite's own Arguments.Has compares without case.
func exactScope(haystack []string, needle string) bool { return slices.Contains(haystack, needle) }

// exactAudience accepts needles that are all among the client's resources. Fosite's
// own says invalid_request where RFC 8707 §2 wants invalid_target.
func exactAudience(haystack, needles []string) error {
	for _, needle := range needles {
		if !slices.Contains(haystack, needle) {
			return errInvalidTarget()
		}
	}
	return nil
}

// orRealm returns the application's own lifetime when it has one, else the realm's.
func orRealm(own, realmWide time.Duration) time.Duration {
	if own > 0 {
		return own
	}
	return realmWide
}

func codeLifetime(r *realm.Realm) time.Duration { return r.Policy.CodeLifetime }

func idTokenLifetime(r *realm.Realm, app *application.Application) time.Duration {
	if app == nil {
		return r.Policy.IDTokenLifetime
	}
	return orRealm(app.IDTokenLifetime, r.Policy.IDTokenLifetime)
}

func accessLifetime(r *realm.Realm, app *application.Application) time.Duration {
	if app == nil {
		return r.Policy.AccessTokenLifetime
	}
	return orRealm(app.AccessTokenLifetime, r.Policy.AccessTokenLifetime)
}

func refreshIdle(r *realm.Realm, app *application.Application) time.Duration {
	if app == nil {
		return r.Policy.RefreshIdle
	}
	return orRealm(app.RefreshIdle, r.Policy.RefreshIdle)
}

func refreshAbsolute(r *realm.Realm, app *application.Application) time.Duration {
	return orRealm(app.RefreshAbsolute, r.Policy.RefreshAbsolute)
}
