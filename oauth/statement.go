package oauth

import (
	"context"
	"fmt"

	"authserver/tenant/realm"
)

// Sign returns a statement of the realm as a compact JWS of that type, signed by its key
// for access tokens, which its JWKS publishes. The type keeps it from passing for a token
// (RFC 8725 §3.11).
func (s *Service) Sign(ctx context.Context, in *realm.Realm, typ string, claims any) (string, error) {
	if typ == typAccess || typ == typID {
		return "", fmt.Errorf("oauth: %s is a type of tokens", typ)
	}
	k, err := s.keys.Signing(ctx, in.ID, in.Policy.AccessTokenAlgorithm)
	if err != nil {
		return "", err
	}
	return sign(k, typ, claims)
}

// typEvent is the type of security event tokens (RFC 8417 §2.3).
const typEvent = "secevent+jwt"

// SignEvent returns a security event token as a compact JWS, signed by the realm's key for
// ID tokens: receivers are sure to know RS256, which that is unless the realm wants another.
func (s *Service) SignEvent(ctx context.Context, in *realm.Realm, claims any) (string, error) {
	k, err := s.keys.Signing(ctx, in.ID, in.Policy.IDTokenAlgorithm)
	if err != nil {
		return "", err
	}
	return sign(k, typEvent, claims)
}

// Issuer is the realm's issuer identifier (RFC 8414 §2).
func (s *Service) Issuer(in *realm.Realm) string { return s.issuer(in.Slug) }
