package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	"github.com/zitadel/oidc/v3/pkg/client/rs"
	zoidc "github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"

	"authserver/e2e"
	"authserver/tenant/application"
)

// The libraries that applications are written with, unmodified and set up with nothing but the issuer.

func TestGoOIDCCompletesTheJourney(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()

	provider, err := oidc.NewProvider(ctx, h.Issuer)
	if err != nil {
		t.Fatalf("discovery: %v", err)
	}
	cfg := oauth2.Config{
		ClientID: party.ClientID, ClientSecret: party.Secret, RedirectURL: party.RedirectURI, Endpoint: provider.Endpoint(),
		Scopes: []string{oidc.ScopeOpenID, "email", oidc.ScopeOfflineAccess},
	}
	verifier := oauth2.GenerateVerifier()
	back, err := person.Authorize(ctx, cfg.AuthCodeURL("a-state", oidc.Nonce("a-nonce"), oauth2.S256ChallengeOption(verifier)))
	if err != nil {
		t.Fatal(err)
	}
	token, err := cfg.Exchange(ctx, back.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatalf("exchange: %v", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: party.ClientID}).Verify(ctx, raw)
	if err != nil {
		t.Fatalf("id_token: %v", err)
	}
	if id.Nonce != "a-nonce" {
		t.Errorf("nonce %q", id.Nonce)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		t.Errorf("at_hash: %v", err)
	}
	about, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil || about.Email != person.Email || about.Subject != id.Subject {
		t.Errorf("userinfo: %+v, %v", about, err)
	}
	fresh, err := cfg.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		t.Fatalf("refresh: %v", err)
	}
	leave(t, h, party, person, raw, fresh.AccessToken, fresh.RefreshToken)
}

func TestZitadelRelyingPartyAndResourceServerCompleteTheJourney(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(nil), h.NewPerson("rosa@example.com")
	ctx := t.Context()

	type nonceKey struct{}
	client, err := rp.NewRelyingPartyOIDC(ctx, h.Issuer, party.ClientID, party.Secret, party.RedirectURI,
		[]string{zoidc.ScopeOpenID, zoidc.ScopeEmail, zoidc.ScopeOfflineAccess},
		rp.WithVerifierOpts(rp.WithNonce(func(ctx context.Context) string {
			nonce, _ := ctx.Value(nonceKey{}).(string)
			return nonce
		})))
	if err != nil {
		t.Fatalf("discovery: %v", err)
	}
	verifier := oauth2.GenerateVerifier()
	back, err := person.Authorize(ctx, rp.AuthURL("a-state", client, rp.WithCodeChallenge(oauth2.S256ChallengeFromVerifier(verifier)),
		rp.AuthURLOpt(rp.WithURLParam("nonce", "a-nonce"))))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := rp.CodeExchange[*zoidc.IDTokenClaims](context.WithValue(ctx, nonceKey{}, "a-nonce"), back.Query().Get("code"), client,
		rp.WithCodeVerifier(verifier))
	if err != nil {
		t.Fatalf("exchange: %v", err)
	}
	about, err := rp.Userinfo[*zoidc.UserInfo](ctx, tokens.AccessToken, tokens.TokenType, tokens.IDTokenClaims.Subject, client)
	if err != nil || about.Email != person.Email {
		t.Errorf("userinfo: %+v, %v", about, err)
	}
	fresh, err := rp.RefreshTokens[*zoidc.IDTokenClaims](ctx, client, tokens.RefreshToken, "", "")
	if err != nil {
		t.Fatalf("refresh: %v", err)
	}

	resource, err := rs.NewResourceServerClientCredentials(ctx, h.Issuer, party.ClientID, party.Secret)
	if err != nil {
		t.Fatalf("resource server: %v", err)
	}
	said, err := rs.Introspect[*zoidc.IntrospectionResponse](ctx, resource, fresh.AccessToken)
	if err != nil || !said.Active || said.Subject != tokens.IDTokenClaims.Subject {
		t.Errorf("introspection: %+v, %v", said, err)
	}
	if err := rp.RevokeToken(ctx, client, fresh.RefreshToken, "refresh_token"); err != nil {
		t.Errorf("revoke: %v", err)
	}
	said, err = rs.Introspect[*zoidc.IntrospectionResponse](ctx, resource, fresh.AccessToken)
	if err != nil || said.Active {
		t.Errorf("introspection of a revoked grant: %+v, %v", said, err)
	}
	// The library calls the endpoint from the application's server, where no session cookie is: nobody may be signed out by that alone,
	// and it must not be an error either.
	if _, err := rp.EndSession(ctx, client, tokens.IDToken, "https://harbour.example/bye", "s-2", "", nil); err != nil {
		t.Errorf("end session: %v", err)
	}
	logOut(t, party, person, tokens.IDToken)
}

// leave introspects, revokes and logs out where a library has no call for it.
func leave(t *testing.T, h *e2e.House, party *e2e.Party, person *e2e.Person, idToken, access, refresh string) {
	t.Helper()
	if said, err := party.Introspect(t.Context(), access); err != nil || said["active"] != true {
		t.Errorf("introspection: %v, %v", said, err)
	}
	if err := party.Revoke(t.Context(), refresh); err != nil {
		t.Errorf("revoke: %v", err)
	}
	if said, err := party.Introspect(t.Context(), access); err != nil || said["active"] != false {
		t.Errorf("introspection of a revoked grant: %v, %v", said, err)
	}
	logOut(t, party, person, idToken)
}

func logOut(t *testing.T, party *e2e.Party, person *e2e.Person, idToken string) {
	t.Helper()
	q := url.Values{"id_token_hint": {idToken}, "post_logout_redirect_uri": {"https://harbour.example/bye"}}
	back, err := person.Authorize(t.Context(), party.Endpoints.EndSession+"?"+q.Encode())
	if err != nil || back.String() != "https://harbour.example/bye" {
		t.Errorf("logging out came back to %v, %v", back, err)
	}
}

// A browser application has no secret and sends its token request across origins.
func TestASinglePageApplicationMayCallTheTokenEndpoint(t *testing.T) {
	t.Parallel()
	h := e2e.Open(t)
	party, person := h.NewParty(singlePage), h.NewPerson("rosa@example.com")

	attempt, tokens := signedIn(t, party, person)
	if _, err := party.Verify(t.Context(), tokens.IDToken, attempt.Nonce, tokens.AccessToken, h.Clock.Now()); err != nil {
		t.Error(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, party.Endpoints.Token, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", "https://spa.example")
	req.Header.Set("Access-Control-Request-Method", http.MethodPost)
	res, err := party.HTTP.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Access-Control-Allow-Origin"); got != "https://spa.example" && got != "*" {
		t.Errorf("preflight: %d, allowed origin %q", res.StatusCode, got)
	}
	if res.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Error("cookies are offered across origins")
	}
}

func singlePage(n *application.Draft) {
	n.Type, n.RedirectURIs, n.AllowedOrigins = application.SPA, []string{"https://spa.example/callback"}, []string{"https://spa.example"}
	n.PostLogoutRedirectURIs, n.GrantTypes = nil, nil
}
