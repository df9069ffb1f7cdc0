package oauth

import (
	"log/slog"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/handler/pkce"

	"authserver/consent"
	"authserver/identity/flow"
	"authserver/identity/gate"
	"authserver/identity/session"
	"authserver/identity/user"
	"authserver/internal/cache"
	"authserver/internal/database"
	"authserver/internal/event"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/oauth/key"
	"authserver/tenant/application"
	"authserver/tenant/limit"
)

// Deps is what the room needs. Every field must be set, but for those that say otherwise.
type Deps struct {
	DB           *database.DB
	Events       *event.Log
	Applications *application.Service
	Users        *user.Service
	Sessions     *session.Service
	Flows        *flow.Service
	Consents     *consent.Service
	Gate         *gate.Service
	Keys         *key.Service
	Ring         *secret.Ring
	// Profiles adds the realm's own claims. Optional.
	Profiles Profiles
	// Roles are told to applications. Optional.
	Roles Roles
	// Introspected is told of every token that somebody who may ask has asked about.
	// Optional.
	Introspected func(realmID string, active bool)
	// Issuer is the issuer of the realm with that slug (RFC 8414 §2).
	Issuer func(slug string) string
	Now    func() time.Time
	Logger *slog.Logger
}

// Service is the protocol of every realm.
type Service struct {
	db       *database.DB
	events   *event.Log
	apps     *application.Service
	users    *user.Service
	sessions *session.Service
	flows    *flow.Service
	consents *consent.Service
	gate     *gate.Service
	keys     *key.Service
	profiles Profiles
	roles    Roles
	observe  func(realmID string, active bool)
	issuer   func(slug string) string
	now      func() time.Time
	logger   *slog.Logger

	settings    *settings
	provider    *fosite.Fosite
	revoked     *revocations
	refreshKeys [][]byte // newest first; derive successors of refresh tokens
	documents   *documents
	verified    *cache.Cache[verifiedKey, *bearer]
}

// New builds the room. Load must run before it serves.
func New(d Deps) *Service {
	if d.DB == nil || d.Events == nil || d.Applications == nil || d.Users == nil || d.Sessions == nil || d.Flows == nil ||
		d.Consents == nil || d.Gate == nil || d.Keys == nil || d.Ring == nil || d.Issuer == nil || d.Now == nil || d.Logger == nil {
		panic("oauth: a dependency is missing")
	}
	if d.Introspected == nil {
		d.Introspected = func(string, bool) {}
	}
	s := &Service{
		db: d.DB, events: d.Events, apps: d.Applications, users: d.Users, sessions: d.Sessions, flows: d.Flows,
		consents: d.Consents, gate: d.Gate, keys: d.Keys, profiles: d.Profiles, roles: d.Roles, observe: d.Introspected, issuer: d.Issuer, now: d.Now, logger: d.Logger,
		revoked:     newRevocations(d.Now),
		refreshKeys: d.Ring.Derive("oauth/refresh successor"),
		documents:   newDocuments(),
		verified:    cache.New[verifiedKey, *bearer](cache.Options{Size: 20_000, TTL: 10 * time.Minute, Now: d.Now}),
	}
	s.compose()
	d.DB.OnChange(topicRevocation, s.revoked.changed)
	d.DB.OnMissed(s.Load)
	return s
}

// compose puts fosite's handlers and ours together. compose.Compose would want
// fosite's own Config, which is mutable and knows one issuer.
func (s *Service) compose() {
	store, codes, access := storage{s}, opaqueSecrets{}, accessTokens{s}
	s.settings = &settings{issuer: s.issuer, authenticate: s.authenticateClient}
	explicit := &oauth2.AuthorizeExplicitGrantHandler{
		AccessTokenStrategy: access, RefreshTokenStrategy: codes, AuthorizeCodeStrategy: codes,
		CoreStorage: store, TokenRevocationStorage: store, Config: s.settings,
	}
	proof := &pkce.Handler{AuthorizeCodeStrategy: codes, Storage: store, Config: s.settings}
	oidc := &openid.OpenIDConnectExplicitHandler{
		OpenIDConnectRequestStorage: store, Config: s.settings,
		OpenIDConnectRequestValidator: openid.NewOpenIDConnectRequestValidator(nil, s.settings),
		IDTokenHandleHelper:           &openid.IDTokenHandleHelper{IDTokenStrategy: idTokens{s}},
	}
	machine := &oauth2.ClientCredentialsGrantHandler{
		HandleHelper: &oauth2.HandleHelper{AccessTokenStrategy: access, AccessTokenStorage: store, Config: s.settings},
		Config:       s.settings,
	}
	// The code handler stands first: PKCE and OpenID complete the row it noted.
	s.settings.authorize = fosite.AuthorizeEndpointHandlers{explicit, proof, oidc}
	s.settings.grants = map[string]fosite.TokenEndpointHandlers{
		grantCode:    {explicit, proof, oidc},
		grantClient:  {machine},
		grantRefresh: {refreshGrant{s}},
	}
	s.provider = fosite.NewOAuth2Provider(store, s.settings)
}

// Paths below the realm's issuer.
const (
	pathAuthorize  = "/oauth2/authorize"
	pathToken      = "/oauth2/token"
	pathIntrospect = "/oauth2/introspect"
	pathRevoke     = "/oauth2/revoke"
	pathUserinfo   = "/oauth2/userinfo"
	pathKeys       = "/oauth2/jwks"
	pathLogout     = "/oauth2/logout"
	pathSignOut    = "/logout"
	pathDiscovery  = "/.well-known/openid-configuration"
	pathMetadata   = "/.well-known/oauth-authorization-server"
)

// Mount adds the protocol's routes.
func (s *Service) Mount(m *web.Mux) {
	asks := m.Front.Throttle(web.Bound{Name: limit.Authorization})
	asks.GET(pathAuthorize, s.authorize)
	asks.POST(pathAuthorize, s.authorize)
	m.Front.GET(pathLogout, s.logout)
	m.Front.POST(pathLogout, s.logout)
	m.Pages.POST(pathSignOut, s.signOut)

	m.Protocol.Throttle(web.Bound{Name: limit.Introspection, Who: claimed}).POST(pathIntrospect, s.introspect)
	scripts := m.Protocol.CORS(s.apps.AllowOrigin)
	clients := scripts.Throttle(web.Bound{Name: limit.Token, Who: claimed})
	clients.POST(pathToken, s.token)
	clients.POST(pathRevoke, s.revoke)
	bearers := scripts.Throttle(web.Bound{Name: limit.Userinfo})
	bearers.GET(pathUserinfo, s.userinfo)
	bearers.POST(pathUserinfo, s.userinfo)

	public := m.Protocol.CORS(web.AnyOrigin)
	public.GET(pathDiscovery, s.discovery)
	public.GET(pathMetadata, s.discovery)
	public.GET(pathKeys, s.jwks)
	m.Root.CORS(web.AnyOrigin).GET(pathMetadata+"/realms/:realm", s.discovery)
}
