package federation

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"authserver/internal/secret"
)

const (
	tokenMost = 64 << 10
	// skew is how far a provider's clock may be from ours.
	skew = time.Minute
	// staleIssue is how long before the person left an ID token may have been issued.
	staleIssue = 5 * time.Minute
)

// algorithms are the signatures that are accepted: all asymmetric, so that nobody who
// knows a client secret can sign (RFC 8725 §3.1).
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{
		jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
	}
}

// question is what was asked of the provider and must come back in its answer.
type question struct {
	nonce, verifier string
	asked           time.Time
	// again says that the person was to authenticate anew.
	again bool
}

// verify is OpenID Connect Core §3.1.3.7 and §3.1.3.8, every rule of it, and returns
// what a good ID token says. It trusts no claim before the signature.
func (s *Service) verify(ctx context.Context, p *Provider, up *upstream, token, accessToken string, q question) (claims, error) {
	said, algorithm, err := s.signed(ctx, up, token)
	if err != nil {
		return nil, err
	}
	issuer, _ := said.text("iss")
	tenant, _ := said.text("tid")
	if !p.issues(issuer, tenant) {
		return nil, invalid("iss")
	}
	if subject, ok := said.text("sub"); !ok || !goodSubject(subject) {
		return nil, invalid("sub")
	}
	if err := p.audience(said); err != nil {
		return nil, err
	}
	if err := s.timely(said, q); err != nil {
		return nil, err
	}
	// A missing nonce is a wrong one (INC-060).
	if nonce, ok := said.text("nonce"); !ok || q.nonce == "" || !secret.Equal([]byte(nonce), []byte(q.nonce)) {
		return nil, invalid("nonce")
	}
	if said.said("at_hash") {
		want, err := oidc.ClaimHash(accessToken, algorithm)
		if got, ok := said.text("at_hash"); err != nil || !ok || got != want {
			return nil, invalid("at_hash")
		}
	}
	return said, nil
}

// signed returns the claims of a token that one of the provider's keys has signed.
func (s *Service) signed(ctx context.Context, up *upstream, token string) (claims, jose.SignatureAlgorithm, error) {
	if token == "" || len(token) > tokenMost {
		return nil, "", invalid("id_token")
	}
	jws, err := jose.ParseSignedCompact(token, up.algorithms)
	if err != nil || len(jws.Signatures) != 1 {
		return nil, "", invalid("algorithm")
	}
	header := jws.Signatures[0].Header
	// Another kind of token that the same key signs is no ID token (RFC 8725 §3.11).
	if kind, ok := header.ExtraHeaders[jose.HeaderType]; ok {
		if text, ok := kind.(string); !ok || !strings.EqualFold(text, "JWT") {
			return nil, "", invalid("typ")
		}
	}
	payload, err := up.keys.VerifySignature(ctx, jws)
	if err != nil {
		return nil, "", err
	}
	said, ok := parseClaims(payload)
	if !ok {
		return nil, "", invalid("claims")
	}
	return said, jose.SignatureAlgorithm(header.Algorithm), nil
}

// audience: the token is for this server, and for others only if azp names this server
// as the one it was issued to.
func (p *Provider) audience(said claims) error {
	audience, ok := said.texts("aud")
	if !ok || !slices.Contains(audience, p.ClientID) {
		return invalid("aud")
	}
	party, named := said.text("azp")
	if len(audience) > 1 && !named || said.said("azp") && party != p.ClientID {
		return invalid("azp")
	}
	return nil
}

// timely: issued for this question and not over yet.
func (s *Service) timely(said claims, q question) error {
	now := s.now()
	expires, ok := said.at("exp")
	if !ok || !now.Before(expires.Add(skew)) {
		return invalid("exp")
	}
	issued, ok := said.at("iat")
	if !ok || issued.After(now.Add(skew)) || issued.Before(q.asked.Add(-staleIssue)) {
		return invalid("iat")
	}
	if begins, ok := said.at("nbf"); said.said("nbf") && (!ok || begins.After(now.Add(skew))) {
		return invalid("nbf")
	}
	// Whoever had to sign in anew must not come back with a sign-in of before. A
	// provider that says nothing about it is believed.
	at, ok := said.at("auth_time")
	if q.again && said.said("auth_time") && (!ok || at.Before(q.asked.Add(-skew))) {
		return invalid("auth_time")
	}
	return nil
}
