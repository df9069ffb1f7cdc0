package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"authserver/internal/database"
	"authserver/internal/secret"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

const (
	// assertionMaxAge bounds how far ahead an assertion may expire, so that the
	// memory of used ids stays small (FOS-5).
	assertionMaxAge = 5 * time.Minute
	// assertionSkew forgives clocks (TOK-18).
	assertionSkew = 10 * time.Second
)

// clientByAssertion authenticates by private_key_jwt (RFC 7523 §3, OpenID Connect
// Core §9): signed by a registered key, about the client, for this realm, fresh,
// and never seen before. The id is spent last, after every other check, under
// realm and client, so that nobody can burn another's.
func (s *Service) clientByAssertion(ctx context.Context, cred credentials) (*application.Application, error) {
	r := realm.From(ctx)
	claims, app, err := s.assertionOf(ctx, r, cred)
	if err != nil {
		return nil, err
	}
	now := s.now()
	issuer := s.issuer(r.Slug)
	if claims.Issuer != app.ClientID || claims.Subject != app.ClientID || claims.ID == "" || len(claims.ID) > 256 ||
		!claims.Audience.Contains(issuer) && !claims.Audience.Contains(issuer+pathToken) {
		return nil, invalidClient()
	}
	if claims.Expiry == nil || claims.Expiry.Time().After(now.Add(assertionMaxAge+assertionSkew)) ||
		!now.Before(claims.Expiry.Time().Add(assertionSkew)) ||
		claims.IssuedAt != nil && claims.IssuedAt.Time().After(now.Add(assertionSkew)) ||
		claims.NotBefore != nil && claims.NotBefore.Time().After(now.Add(assertionSkew)) {
		return nil, invalidClient()
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		return s.spendAssertion(ctx, r.ID, app.ID, secret.Digest(claims.ID), claims.Expiry.Time().Add(assertionSkew))
	})
	if errors.Is(err, database.ErrDuplicate) {
		return nil, invalidClient()
	}
	if err != nil {
		return nil, err
	}
	return app, nil
}

// assertionOf verifies the signature with the keys of the client that the
// assertion is about.
func (s *Service) assertionOf(ctx context.Context, r *realm.Realm, cred credentials) (*jwt.Claims, *application.Application, error) {
	if len(cred.assertion) > maxTokenSize {
		return nil, nil, invalidClient()
	}
	token, err := jwt.ParseSigned(cred.assertion, []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA})
	if err != nil || len(token.Headers) != 1 {
		return nil, nil, invalidClient()
	}
	var unverified jwt.Claims
	if token.UnsafeClaimsWithoutVerification(&unverified) != nil || cred.clientID != "" && cred.clientID != unverified.Subject {
		return nil, nil, invalidClient()
	}
	app, err := s.apps.ByClientID(ctx, r.ID, unverified.Subject)
	if errors.Is(err, application.ErrNotFound) {
		return nil, nil, invalidClient()
	}
	if err != nil {
		return nil, nil, err
	}
	if !app.Enabled || !app.Accepts(application.AuthPrivateKeyJWT) {
		return nil, nil, invalidClient()
	}
	head := token.Headers[0]
	for _, k := range app.Keys {
		if head.KeyID != "" && head.KeyID != k.KeyID || head.Algorithm != k.Algorithm {
			continue
		}
		var raw json.RawMessage
		var claims jwt.Claims
		if token.Claims(k.Public, &claims, &raw) == nil && uniqueMembers(raw) {
			return &claims, app, nil
		}
	}
	return nil, nil, invalidClient()
}

// spendAssertion remembers the assertion's id until it has expired;
// database.ErrDuplicate when it was used before.
func (s *Service) spendAssertion(ctx context.Context, realmID, appID string, digest []byte, expires time.Time) error {
	if err := s.insertAssertion(ctx, realmID, appID, digest, expires); err != nil {
		return fmt.Errorf("spend client assertion: %w", err)
	}
	return nil
}
