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

// Person returns the sign-in behind an access token that a person gave to an
// application for the realm itself (the issuer is among its audiences), its scopes,
// and the application. The session is as the token remembers it: it may have ended
// since, if the application may act while the person is away. ErrBearer covers every
// token that does not do.
func (s *Service) Person(ctx context.Context, token string) (signedIn *session.Session, scopes []string, applicationID string, err error) {
	in := realm.From(ctx)
	b, err := s.authenticate(ctx, token)
	if errors.Is(err, errToken) {
		return nil, nil, "", ErrBearer
	}
	if err != nil {
		return nil, nil, "", err
	}
	if b.UserID == "" || !slices.Contains(b.Audience, s.issuer(in.Slug)) {
		return nil, nil, "", ErrBearer
	}
	return &session.Session{
		ID: b.SessionID, RealmID: in.ID, UserID: b.UserID, AuthenticatedAt: b.AuthTime, AMR: b.AMR, ACR: b.ACR,
		ApplicationID: b.ApplicationID,
	}, b.Scopes, b.ApplicationID, nil
}
