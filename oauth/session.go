package oauth

import (
	"slices"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/token/jwt"
)

// authorization is what a person's approval fixed for good, from the code to the
// last refreshed token: who, in which session, how they proved themselves, and
// which claims the application asked for by name. Codes, grants and opaque access
// tokens store it (store.go); a client_credentials token has an empty one.
type authorization struct {
	GrantID   string
	UserID    string
	SessionID string
	AuthTime  time.Time
	ACR       string
	AMR       []string
	Claims    claimsRequest
}

// signIn carries an authorization through fosite, with what one response needs:
// the nonce of the authorize request and, once the grant is known to be alive, the
// person's current claims.
//
// Expiry is the store's business, so the times that fosite keeps here are dropped:
// its handlers read the wall clock, ours the injected one.
type signIn struct {
	authorization
	Nonce string
}

var (
	_ fosite.Session = (*signIn)(nil)
	_ openid.Session = (*signIn)(nil)
)

func (s *signIn) SetExpiresAt(fosite.TokenType, time.Time) {}
func (s *signIn) GetExpiresAt(fosite.TokenType) time.Time  { return time.Time{} }
func (s *signIn) GetUsername() string                      { return "" }
func (s *signIn) GetSubject() string                       { return s.UserID }

// Clone returns an independent copy.
func (s *signIn) Clone() fosite.Session {
	clone := *s
	clone.AMR = slices.Clone(s.AMR)
	return &clone
}

// IDTokenClaims tells fosite's OpenID handler that there is a subject and nothing
// more: authorize.go decides prompt, max_age and the hints with the injected clock,
// idtoken.go writes the token.
func (s *signIn) IDTokenClaims() *jwt.IDTokenClaims {
	return &jwt.IDTokenClaims{Subject: s.UserID}
}

// IDTokenHeaders is empty; idtoken.go computes at_hash for the key it signs with.
func (s *signIn) IDTokenHeaders() *jwt.Headers { return &jwt.Headers{} }
