package oauth

import (
	"context"
	"errors"
	"slices"

	"authserver/identity/session"
	"authserver/internal/fault"
	"authserver/tenant/realm"
)

// ErrBearer refuses an access token at our own resources.
var ErrBearer = fault.New(fault.Unauthenticated, "token_invalid", "The access token is not valid here.")

// Caller is who sends an access token to the realm's own resources.
type Caller struct {
	// Session is how a person signed in; nil when an application acts for itself. It is
	// as the token remembers it: it may have ended since, if the application may act
	// while the person is away.
	Session       *session.Session
	ApplicationID string
	Scopes        []string
}

// Caller returns who sends the token, which must be for the realm itself: the issuer is
// among its audiences. ErrBearer covers every token that does not do.
func (s *Service) Caller(ctx context.Context, token string) (*Caller, error) {
	in := realm.From(ctx)
	b, err := s.authenticate(ctx, token)
	if errors.Is(err, errToken) {
		return nil, ErrBearer
	}
	if err != nil {
		return nil, err
	}
	if !slices.Contains(b.Audience, s.issuer(in.Slug)) {
		return nil, ErrBearer
	}
	c := &Caller{ApplicationID: b.ApplicationID, Scopes: b.Scopes}
	if b.UserID != "" {
		c.Session = &session.Session{
			ID: b.SessionID, RealmID: in.ID, UserID: b.UserID, AuthenticatedAt: b.AuthTime, AMR: b.AMR, ACR: b.ACR,
			ApplicationID: b.ApplicationID,
		}
	}
	return c, nil
}

// Person returns the sign-in behind an access token that a person gave to an application
// for the realm itself, its scopes, and the application.
func (s *Service) Person(ctx context.Context, token string) (signedIn *session.Session, scopes []string, applicationID string, err error) {
	c, err := s.Caller(ctx, token)
	if err != nil {
		return nil, nil, "", err
	}
	if c.Session == nil {
		return nil, nil, "", ErrBearer
	}
	return c.Session, c.Scopes, c.ApplicationID, nil
}
