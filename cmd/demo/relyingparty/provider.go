package relyingparty

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zitadel/oidc/v3/pkg/client"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
)

// errNonce is returned for an ID token that was not made for this sign-in: the
// nonce differs, so somebody injected a code of another one.
var errNonce = errors.New("the nonce of the ID token is not the one that was sent")

// connection is what discovery yields: the realm as seen by a relying party and
// by a resource server.
type connection struct {
	party    rp.RelyingParty
	resource rs.ResourceServer
}

// provider connects to the realm at the first use and keeps the connection. A
// failure is not kept: the next request tries again.
type provider struct {
	config Config

	mu        sync.Mutex
	connected *connection
}

func (p *provider) connection(ctx context.Context) (*connection, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.connected != nil {
		return p.connected, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()

	c := p.config
	discovery, err := client.Discover(ctx, c.Issuer, c.Client)
	if err != nil {
		return nil, fmt.Errorf("discover %s: %w", c.Issuer, err)
	}
	// The style is set because the library would find it out by sending the code
	// twice, and a code works once. The nonce is compared by checkNonce: the
	// library compares it on refresh too, where a token need not have one
	// (OpenID Connect Core §12.2).
	party, err := rp.NewRelyingPartyOIDC(ctx, c.Issuer, c.ClientID, c.ClientSecret, c.BaseURL+"/callback",
		[]string{oidc.ScopeOpenID, oidc.ScopeProfile, oidc.ScopeEmail, oidc.ScopeOfflineAccess},
		rp.WithHTTPClient(c.Client),
		rp.WithAuthStyle(oauth2.AuthStyleInHeader),
		rp.WithSigningAlgsFromDiscovery(),
		rp.WithVerifierOpts(rp.WithNonce(nil), rp.WithIssuedAtOffset(5*time.Second)),
	)
	if err != nil {
		return nil, fmt.Errorf("relying party of %s: %w", c.Issuer, err)
	}
	resource, err := rs.NewResourceServerClientCredentials(ctx, c.Issuer, c.ClientID, c.ClientSecret,
		rs.WithClient(c.Client), rs.WithStaticEndpoints(discovery.TokenEndpoint, discovery.IntrospectionEndpoint))
	if err != nil {
		return nil, fmt.Errorf("resource server of %s: %w", c.Issuer, err)
	}
	p.connected = &connection{party: party, resource: resource}
	return p.connected, nil
}

// exchange turns code into tokens and checks them against the sign-in that
// asked for them.
func (c *connection) exchange(ctx context.Context, code string, s signIn) (*oidc.Tokens[*oidc.IDTokenClaims], error) {
	tokens, err := rp.CodeExchange[*oidc.IDTokenClaims](ctx, code, c.party, rp.WithCodeVerifier(s.verifier))
	if err != nil {
		return nil, err
	}
	if tokens.IDTokenClaims.Nonce != s.nonce {
		return nil, errNonce
	}
	return tokens, nil
}

// refresh spends the refresh token of old. The ID token of the answer, if there
// is one, must be about the same person and sign-in (OpenID Connect Core §12.2).
func (c *connection) refresh(ctx context.Context, old *oidc.Tokens[*oidc.IDTokenClaims]) (*oidc.Tokens[*oidc.IDTokenClaims], error) {
	fresh, err := rp.RefreshTokens[*oidc.IDTokenClaims](ctx, c.party, old.RefreshToken, "", "")
	if err != nil {
		return nil, err
	}
	if fresh.RefreshToken == "" {
		fresh.RefreshToken = old.RefreshToken
	}
	if fresh.IDTokenClaims == nil {
		fresh.IDToken, fresh.IDTokenClaims = old.IDToken, old.IDTokenClaims
		return fresh, nil
	}
	if fresh.IDTokenClaims.Subject != old.IDTokenClaims.Subject {
		return nil, errors.New("the refreshed ID token is about another person")
	}
	if n := fresh.IDTokenClaims.Nonce; n != "" && n != old.IDTokenClaims.Nonce {
		return nil, errNonce
	}
	return fresh, nil
}

// userinfo returns what the server tells the bearer of the access token. The
// library refuses an answer about another person than the ID token's.
func (c *connection) userinfo(ctx context.Context, tokens *oidc.Tokens[*oidc.IDTokenClaims]) (document, error) {
	return rp.Userinfo[document](ctx, tokens.AccessToken, "Bearer", tokens.IDTokenClaims.Subject, c.party)
}
