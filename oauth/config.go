package oauth

import (
	"context"
	"crypto/sha256"
	"hash"
	"html/template"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/ory/fosite"
	"github.com/ory/fosite/i18n"
	"github.com/ory/fosite/token/jwt"

	"authserver/tenant/realm"
)

// settings is fosite's Configurator. It is immutable, so its getters cannot race
// as those of fosite.Config do, and it answers for the realm in the context, so
// that one provider serves every issuer.
type settings struct {
	issuer       func(slug string) string
	authenticate fosite.ClientAuthenticationStrategy
	authorize    fosite.AuthorizeEndpointHandlers
	grants       map[string]fosite.TokenEndpointHandlers
}

var _ fosite.Configurator = (*settings)(nil)

// sanitationList is handed to fosite, which appends to it: length and capacity
// are equal so that the append cannot write into memory that requests share.
func sanitationList() []string {
	list := []string{"code", "redirect_uri"}
	return list[:len(list):len(list)]
}

// GetTokenEndpointHandlers returns the handlers of the one grant type asked for:
// fosite otherwise asks every handler and wraps an error for each stranger.
func (s *settings) GetTokenEndpointHandlers(ctx context.Context) fosite.TokenEndpointHandlers {
	request, ok := ctx.Value(fosite.AccessRequestContextKey).(*fosite.AccessRequest)
	if !ok || len(request.GrantTypes) != 1 {
		return nil
	}
	return s.grants[request.GrantTypes[0]]
}

func (s *settings) GetAuthorizeEndpointHandlers(context.Context) fosite.AuthorizeEndpointHandlers {
	return s.authorize
}

func (s *settings) GetTokenIntrospectionHandlers(context.Context) fosite.TokenIntrospectionHandlers {
	return nil // introspect.go answers: FOS-11, FOS-12
}

func (s *settings) GetRevocationHandlers(context.Context) fosite.RevocationHandlers {
	return nil // revoke.go answers: fosite reports success when the store failed
}

func (s *settings) GetClientAuthenticationStrategy(context.Context) fosite.ClientAuthenticationStrategy {
	return s.authenticate
}

func (s *settings) GetIDTokenIssuer(ctx context.Context) string {
	return s.issuer(realm.From(ctx).Slug)
}

func (s *settings) GetAccessTokenIssuer(ctx context.Context) string {
	return s.issuer(realm.From(ctx).Slug)
}

func (s *settings) GetTokenURLs(ctx context.Context) []string {
	issuer := s.issuer(realm.From(ctx).Slug)
	return []string{issuer, issuer + pathToken}
}

func (s *settings) GetAuthorizeCodeLifespan(ctx context.Context) time.Duration {
	return codeLifetime(realm.From(ctx))
}

func (s *settings) GetAccessTokenLifespan(ctx context.Context) time.Duration {
	return accessLifetime(realm.From(ctx), nil)
}

func (s *settings) GetRefreshTokenLifespan(ctx context.Context) time.Duration {
	return refreshIdle(realm.From(ctx), nil)
}

func (s *settings) GetIDTokenLifespan(ctx context.Context) time.Duration {
	return idTokenLifetime(realm.From(ctx), nil)
}

// GetEnforcePKCE is true for every client (RFC 9700 §2.1.1, OAuth 2.1).
func (s *settings) GetEnforcePKCE(context.Context) bool                 { return true }
func (s *settings) GetEnforcePKCEForPublicClients(context.Context) bool { return true }
func (s *settings) GetEnablePKCEPlainChallengeMethod(context.Context) bool {
	return false
}

func (s *settings) GetScopeStrategy(context.Context) fosite.ScopeStrategy {
	return exactScope
}

func (s *settings) GetAudienceStrategy(context.Context) fosite.AudienceMatchingStrategy {
	return exactAudience
}

func (s *settings) GetRedirectSecureChecker(context.Context) func(context.Context, *url.URL) bool {
	// parameters.go has compared the URI with the registered ones, whose schemes
	// tenant/application checks when they are stored.
	return func(context.Context, *url.URL) bool { return true }
}

// GetRefreshTokenScopes is empty: refreshAllowed decides, and fosite's handler is
// told by the client's grant types (client.go).
func (s *settings) GetRefreshTokenScopes(context.Context) []string     { return nil }
func (s *settings) GetAllowedPrompts(context.Context) []string         { return prompts() }
func (s *settings) GetMinParameterEntropy(context.Context) int         { return 1 } // FOS-16
func (s *settings) GetSanitationWhiteList(context.Context) []string    { return sanitationList() }
func (s *settings) GetOmitRedirectScopeParam(context.Context) bool     { return true }
func (s *settings) GetSendDebugMessagesToClients(context.Context) bool { return false } // FOS-15
func (s *settings) GetUseLegacyErrorFormat(context.Context) bool       { return false }
func (s *settings) GetDisableRefreshTokenValidation(context.Context) bool {
	return true
}

func (s *settings) GetJWTScopeField(context.Context) jwt.JWTScopeFieldEnum {
	return jwt.JWTScopeFieldString
}

// What follows belongs to fosite parts that this house does not compose.

func (s *settings) GetGrantTypeJWTBearerCanSkipClientAuth(context.Context) bool { return false }
func (s *settings) GetGrantTypeJWTBearerIDOptional(context.Context) bool        { return false }
func (s *settings) GetGrantTypeJWTBearerIssuedDateOptional(context.Context) bool {
	return false
}
func (s *settings) GetJWTMaxDuration(context.Context) time.Duration { return assertionMaxAge }
func (s *settings) GetVerifiableCredentialsNonceLifespan(context.Context) time.Duration {
	return 0
}
func (s *settings) GetTokenEntropy(context.Context) int                       { return 32 }
func (s *settings) GetGlobalSecret(context.Context) ([]byte, error)           { return nil, nil }
func (s *settings) GetRotatedGlobalSecrets(context.Context) ([][]byte, error) { return nil, nil }
func (s *settings) GetHMACHasher(context.Context) func() hash.Hash            { return sha256.New }
func (s *settings) GetSecretsHasher(context.Context) fosite.Hasher            { return nil }
func (s *settings) GetJWKSFetcherStrategy(context.Context) fosite.JWKSFetcherStrategy {
	return nil
}
func (s *settings) GetHTTPClient(context.Context) *retryablehttp.Client { return nil }
func (s *settings) GetResponseModeHandlerExtension(context.Context) fosite.ResponseModeHandler {
	return nil
}
func (s *settings) GetMessageCatalog(context.Context) i18n.MessageCatalog { return nil }
func (s *settings) GetFormPostHTMLTemplate(context.Context) *template.Template {
	return nil
}
