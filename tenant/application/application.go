package application

import (
	"crypto"
	"encoding/json"
	"slices"
	"time"

	"authserver/internal/event"
	"authserver/internal/fault"
)

// Faults of the room. Those of kind Invalid name the field at fault.
var (
	ErrNotFound        = fault.New(fault.NotFound, "application_not_found", "There is no such application.")
	ErrInvalid         = fault.New(fault.Invalid, "application_invalid", "That value is not allowed for the application.")
	ErrRedirectInvalid = fault.New(fault.Invalid, "redirect_uri_invalid", "That redirect address is not allowed.")
	ErrScopeInvalid    = fault.New(fault.Invalid, "scope_invalid", "That scope is not allowed.")
	ErrKeysInvalid     = fault.New(fault.Invalid, "jwks_invalid", "A JSON Web Key Set of public signature keys is expected.")
	ErrClientIDTaken   = fault.New(fault.Conflict, "client_id_taken", "That client id is already in use.")
	ErrAlreadyEnabled  = fault.New(fault.Conflict, "application_already_enabled", "The application is already enabled.")
	ErrAlreadyDisabled = fault.New(fault.Conflict, "application_already_disabled", "The application is already disabled.")
	ErrNoSecret        = fault.New(fault.Conflict, "application_without_secret", "The application does not authenticate with a secret.")
	ErrTwoSecrets      = fault.New(fault.Conflict, "application_has_two_secrets", "Two secrets are live already. Revoke one of them first.")
	ErrSecretNotFound  = fault.New(fault.NotFound, "secret_not_found", "There is no such secret.")
)

// Type says where an application runs, and so whether it can keep a secret.
type Type string

// The types.
const (
	Web     Type = "web"     // on a server, with a secret
	SPA     Type = "spa"     // in a browser, public
	Native  Type = "native"  // on a person's device, public (RFC 8252)
	Machine Type = "service" // a program that acts for itself, with a secret
)

// Methods of client authentication (OpenID Connect Core §9).
const (
	AuthBasic         = "client_secret_basic"
	AuthPost          = "client_secret_post"
	AuthPrivateKeyJWT = "private_key_jwt"
	AuthNone          = "none"
)

// Grant types.
const (
	GrantCode              = "authorization_code"
	GrantRefresh           = "refresh_token"
	GrantClientCredentials = "client_credentials"
)

// Forms of access tokens.
const (
	FormatJWT    = "jwt" // RFC 9068
	FormatOpaque = "opaque"
)

// Application is a registered client. Values that come from ByClientID, ByID and
// List are shared between requests and must not be changed.
type Application struct {
	ID, RealmID, ClientID string

	Name, Description string
	LogoURL, HomeURL  string
	Type              Type
	// FirstParty applications belong to the realm's owner: nobody is asked for
	// consent unless the application wants it.
	FirstParty bool
	Enabled    bool

	RedirectURIs, PostLogoutRedirectURIs []string
	GrantTypes                           []string
	Scopes                               []string
	// Audiences are the resource identifiers that it may ask tokens for.
	Audiences []string
	// Identifiers are the ones that it answers to as a resource server, beside
	// its client id.
	Identifiers []string
	// AllowedOrigins are those of scripts that may call the token endpoint. Empty
	// means those of the redirect URIs for a spa, and none for other types.
	AllowedOrigins []string

	AuthMethod string

	TokenFormat string
	// Algorithms and lifetimes: empty and zero mean the realm's.
	IDTokenAlgorithm, AccessTokenAlgorithm string
	AccessTokenLifetime, IDTokenLifetime   time.Duration
	RefreshIdle, RefreshAbsolute           time.Duration

	// Registration lets people make accounts on their way into the application, if
	// the realm lets them at all.
	Registration bool
	// SecondFactor is realm.Required, or empty for what the realm says.
	SecondFactor string
	// Providers are the names of the realm's upstream providers that people may sign
	// in with here; nil means all.
	Providers []string
	// RequiredFields are what must be known about a person before they go on: names
	// of standard claims or of the realm's own fields.
	RequiredFields []string

	Secrets []Secret
	Keys    []Key

	// Version counts the changes; it serves as an ETag.
	Version              int64
	CreatedAt, UpdatedAt time.Time
}

// Secret is a client secret as it is kept.
type Secret struct {
	ID        string
	Digest    []byte // SHA-256
	CreatedAt time.Time
	ExpiresAt time.Time // zero: lives until it is revoked
}

// Live reports whether the secret opens anything at that time.
func (s Secret) Live(now time.Time) bool { return s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt) }

// Key is a public key that the application signs its assertions with.
type Key struct {
	KeyID, Algorithm string
	Public           crypto.PublicKey
	JWK              json.RawMessage // the public members only
}

// Ref names the application in an event.
func (a *Application) Ref() event.Ref {
	return event.Ref{RealmID: a.RealmID, Kind: "application", ID: a.ID}
}

// AllowsGrant reports whether the application may use the grant type.
func (a *Application) AllowsGrant(grant string) bool { return slices.Contains(a.GrantTypes, grant) }

// AllowsScope reports whether the application may ask for the scope, which is
// compared letter for letter (RFC 6749 §3.3).
func (a *Application) AllowsScope(scope string) bool { return slices.Contains(a.Scopes, scope) }

// Public reports whether the application cannot prove who it is.
func (a *Application) Public() bool { return a.AuthMethod == AuthNone }

// Accepts reports whether the application may authenticate by the method. One
// with a secret may send it either way: libraries differ, the secret does not.
func (a *Application) Accepts(method string) bool {
	return a.AuthMethod == method || byShared(a.AuthMethod) && byShared(method)
}

func byShared(method string) bool { return method == AuthBasic || method == AuthPost }

// clone returns a copy whose lists can be edited.
func (a *Application) clone() *Application {
	c := *a
	for _, list := range c.lists() {
		*list.values = slices.Clone(*list.values)
	}
	c.Providers = slices.Clone(a.Providers)
	c.Secrets, c.Keys = slices.Clone(a.Secrets), slices.Clone(a.Keys)
	return &c
}

// list ties a list of the application to its JSON name and its longest length.
type list struct {
	name   string
	values *[]string
	most   int
}

func (a *Application) lists() []list {
	return []list{
		{"redirect_uris", &a.RedirectURIs, 50},
		{"post_logout_redirect_uris", &a.PostLogoutRedirectURIs, 50},
		{"grant_types", &a.GrantTypes, 10},
		{"scopes", &a.Scopes, 100},
		{"audiences", &a.Audiences, 50},
		{"identifiers", &a.Identifiers, 50},
		{"allowed_origins", &a.AllowedOrigins, 50},
		{"required_fields", &a.RequiredFields, 50},
	}
}
