package oauth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/openid"

	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// idTokens is fosite's OpenID strategy: it writes the ID token of a response.
type idTokens struct{ s *Service }

var _ openid.OpenIDConnectTokenStrategy = idTokens{}

// GenerateIDToken returns the ID token that goes with the access token already in
// the response (OpenID Connect Core §2, §3.1.3.3).
func (t idTokens) GenerateIDToken(ctx context.Context, _ time.Duration, r fosite.Requester) (string, error) {
	access := ""
	if response, ok := ctx.Value(fosite.AccessResponseContextKey).(*fosite.AccessResponse); ok {
		access = response.GetAccessToken()
	}
	return t.s.signIDToken(ctx, unitFrom(ctx), r.GetSession().(*signIn), r.GetGrantedScopes(), access)
}

// signIDToken signs what is known about the sign-in. Claims about the person are
// the userinfo endpoint's, unless the request asked for them here by name
// (OpenID Connect Core §5.4, §5.5).
func (s *Service) signIDToken(ctx context.Context, u *unit, sess *signIn, scopes []string, access string) (string, error) {
	k, err := s.keys.Signing(ctx, u.realm.ID, idTokenAlgorithm(u.realm, u.app))
	if err != nil {
		return "", fmt.Errorf("sign ID token: %w", err)
	}
	claims := map[string]any{}
	if len(sess.Claims.IDToken) > 0 {
		person, err := s.users.ByID(ctx, u.realm.ID, sess.UserID)
		if err != nil {
			return "", fmt.Errorf("claims of user %s: %w", sess.UserID, err)
		}
		claims = requestedClaims(person, sess.Claims.IDToken)
		named := func(name string) bool { return slices.Contains(sess.Claims.IDToken, name) }
		if err := s.ownClaims(ctx, u.app, person, scopes, claims, named); err != nil {
			return "", err
		}
	}
	claims["iss"] = s.issuer(u.realm.Slug)
	claims["sub"] = sess.UserID
	claims["aud"] = u.app.ClientID
	claims["azp"] = u.app.ClientID
	claims["exp"] = u.now.Add(idTokenLifetime(u.realm, u.app)).Unix()
	claims["iat"] = u.now.Unix()
	claims["auth_time"] = sess.AuthTime.Unix()
	if sess.SessionID != "" {
		claims["sid"] = sess.SessionID
	}
	if sess.ACR != "" {
		claims["acr"] = sess.ACR
	}
	if len(sess.AMR) > 0 {
		claims["amr"] = sess.AMR
	}
	if sess.Nonce != "" {
		claims["nonce"] = sess.Nonce
	}
	if access != "" {
		claims["at_hash"] = halfHash(k.Algorithm, access)
	}
	return sign(k, typID, claims)
}

func idTokenAlgorithm(r *realm.Realm, app *application.Application) string {
	if app.IDTokenAlgorithm != "" {
		return app.IDTokenAlgorithm
	}
	return r.Policy.IDTokenAlgorithm
}
