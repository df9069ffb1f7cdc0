package oauth

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"authserver/identity/gate"
	"authserver/internal/database"
	"authserver/internal/secret"
)

// refreshGrant replaces fosite's refresh handler, which neither narrows scopes,
// nor caps a family's life, nor survives two requests at once (protocol.md §3.2).
//
// A refresh token is replaced at each use. Its successor is derived from it by a
// key of the realm, so that a client whose answer was lost, or that refreshed
// twice at once, gets the same successor again within the realm's grace: there is
// never a second live leaf (TOK-07). After the grace a spent token is taken for
// stolen and ends the whole grant (RFC 9700 §4.14.2).
type refreshGrant struct{ s *Service }

var _ fosite.TokenEndpointHandler = refreshGrant{}

// CanSkipClientAuth is false: refresh tokens are bound to their client.
func (refreshGrant) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

// CanHandleTokenEndpointRequest reports whether the request asks for this grant.
func (refreshGrant) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne(grantRefresh)
}

// HandleTokenEndpointRequest decides whether the token may be used (RFC 6749 §6).
func (h refreshGrant) HandleTokenEndpointRequest(ctx context.Context, r fosite.AccessRequester) error {
	u := unitFrom(ctx)
	token := r.GetRequestForm().Get("refresh_token")
	if token == "" {
		return invalidRequest("refresh_token is missing.")
	}
	row, err := h.s.findRefresh(ctx, u.realm.ID, secret.Digest(token))
	if errors.Is(err, database.ErrNotFound) {
		return errRefreshInvalid()
	}
	if err != nil {
		return err
	}
	// The client comes before everything that has an effect: knowing somebody's
	// spent token must not let another client end their grant (FOS-4).
	if row.Grant.ApplicationID != u.app.ID || row.Grant.RevokedAt != 0 {
		return errRefreshInvalid()
	}
	if row.RotatedAt != 0 {
		if err := h.spent(ctx, u, row); err != nil {
			return err
		}
	} else if !u.now.Before(row.ExpiresAt.Time()) || !u.now.Before(row.Grant.ExpiresAt.Time()) {
		return errRefreshInvalid()
	}
	if err := h.s.personMay(ctx, u, row.Grant.UserID, row.Grant.authorization().ACR); err != nil {
		return err
	}
	u.refresh = row
	return h.narrow(u, r, row)
}

// spent answers for a token that was used before: nil within the grace while its
// successor is still the live leaf, otherwise an error, after the grace with the
// end of the grant.
func (h refreshGrant) spent(ctx context.Context, u *unit, row *refreshRow) error {
	if u.now.Sub(row.RotatedAt.Time()) >= u.realm.Policy.RefreshGrace {
		if err := h.s.revokeGrants(ctx, u.realm.ID, reasonReused, []string{row.Grant.ID}); err != nil {
			return err
		}
		return errRefreshInvalid()
	}
	next, err := h.s.findRefresh(ctx, u.realm.ID, row.Successor)
	if errors.Is(err, database.ErrNotFound) {
		return errRefreshInvalid()
	}
	if err != nil {
		return err
	}
	if next.RotatedAt != 0 || !u.now.Before(next.ExpiresAt.Time()) {
		return errRefreshInvalid()
	}
	return nil
}

// narrow sets what the new tokens may do: what was granted and the application may
// still have, or the part of it that the request names (RFC 6749 §6).
func (h refreshGrant) narrow(u *unit, r fosite.AccessRequester, row *refreshRow) error {
	granted := slices.DeleteFunc(decodeList(row.Grant.Scopes), func(scope string) bool { return !u.app.AllowsScope(scope) })
	audiences := decodeList(row.Grant.Audience)
	if len(audiences) == 0 {
		audiences = []string{h.s.issuer(u.realm.Slug)}
	} else {
		audiences = slices.DeleteFunc(audiences, func(resource string) bool { return !h.s.mayTarget(u.realm, u.app, granted, resource) })
	}
	scopes := []string(r.GetRequestedScopes())
	if len(scopes) == 0 {
		scopes = granted
	}
	for _, scope := range scopes {
		if !slices.Contains(granted, scope) {
			return invalidScope("scope may only name scopes that were granted before.")
		}
		r.GrantScope(scope)
	}
	asked := []string(r.GetRequestedAudience())
	if len(asked) == 0 {
		asked = audiences
	}
	if len(asked) == 0 { // none is left, and no audience would mean the issuer
		return errInvalidTarget()
	}
	for _, resource := range asked {
		if !slices.Contains(audiences, resource) {
			return errInvalidTarget()
		}
		r.GrantAudience(resource)
	}
	r.SetID(row.Grant.ID)
	r.SetSession(&signIn{authorization: row.Grant.authorization()})
	return nil
}

// PopulateTokenEndpointResponse makes the new tokens; nothing is stored before the
// unit of work commits.
func (h refreshGrant) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, resp fosite.AccessResponder) error {
	if !h.CanHandleTokenEndpointRequest(ctx, r) {
		return fosite.ErrUnknownRequest
	}
	u := unitFrom(ctx)
	access, _, err := accessTokens(h).GenerateAccessToken(ctx, r)
	if err != nil {
		return err
	}
	resp.SetAccessToken(access)
	resp.SetTokenType(tokenType)
	resp.SetScopes(r.GetGrantedScopes())
	successor, ok := h.s.successor(u, r.GetRequestForm().Get("refresh_token"))
	if !ok {
		return errRefreshInvalid()
	}
	resp.SetExtra("refresh_token", successor)
	if u.refresh.RotatedAt == 0 {
		u.rotate = true
		u.newRefresh = h.s.refreshFor(u, secret.Digest(successor), u.refresh.Grant.ID, u.refresh.Grant.ExpiresAt.Time())
	}
	if !exactScope(r.GetGrantedScopes(), scopeOpenID) {
		return nil
	}
	idToken, err := h.s.signIDToken(ctx, u, r.GetSession().(*signIn), r.GetGrantedScopes(), access)
	if err != nil {
		return err
	}
	resp.SetExtra("id_token", idToken)
	return nil
}

// successor derives the token that replaces token. When token was spent already,
// the derived one must be the successor on record; after the key ring has changed
// the older keys are tried, and none may fit.
func (s *Service) successor(u *unit, token string) (string, bool) {
	for _, k := range s.refreshKeys {
		next := prefixRefresh + base64.RawURLEncoding.EncodeToString(secret.MAC(k, "refresh", u.realm.ID, token))
		if u.refresh.RotatedAt == 0 || secret.Equal(secret.Digest(next), u.refresh.Successor) {
			return next, true
		}
	}
	return "", false
}

// refreshFor is the row of a refresh token that begins its idle life now and ends
// with its grant at the latest.
func (s *Service) refreshFor(u *unit, digest []byte, grantID string, absolute time.Time) *refreshRow {
	expires := u.now.Add(refreshIdle(u.realm, u.app))
	if absolute.Before(expires) {
		expires = absolute
	}
	return &refreshRow{
		Digest: digest, RealmID: u.realm.ID, Grant: grantRow{ID: grantID},
		IssuedAt: database.At(u.now), ExpiresAt: database.At(expires),
	}
}

// personMay is the gate of every grant that acts for a person: they must still be
// welcome, and as they signed in then.
func (s *Service) personMay(ctx context.Context, u *unit, userID, acr string) error {
	err := s.gate.Check(ctx, u.realm, u.app, userID, acr)
	if errors.Is(err, gate.ErrClosed) {
		return errRefreshInvalid()
	}
	return err
}

func errRefreshInvalid() *Error {
	return invalidGrant("The grant is not valid: it is unknown, expired, revoked, already used, or belongs to another client.")
}

func errInvalidTarget() *Error {
	return &Error{Code: "invalid_target", Description: "A requested resource is unknown or not allowed for this client.", Status: 400}
}

// scopeString joins scopes for the wire (RFC 6749 §3.3).
func scopeString(scopes []string) string { return strings.Join(scopes, " ") }
