package oauth

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/handler/pkce"

	"authserver/internal/database"
	"authserver/internal/secret"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// storage is what fosite's handlers call. Code, PKCE challenge and OpenID session
// are one row: PKCE and OpenID "sessions" have no life of their own, so deleting
// them does nothing and a failed verifier cannot shed the challenge (FOS-2).
type storage struct{ s *Service }

var (
	_ fosite.Storage                     = storage{}
	_ oauth2.CoreStorage                 = storage{}
	_ oauth2.TokenRevocationStorage      = storage{}
	_ pkce.PKCERequestStorage            = storage{}
	_ openid.OpenIDConnectRequestStorage = storage{}
)

var errNotUsed = errors.New("oauth: this part of fosite's storage is not used")

// GetClient returns the realm's enabled application with that client id.
func (st storage) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	if u, ok := ctx.Value(unitKey{}).(*unit); ok && u.app != nil && u.app.ClientID == id {
		return newClient(u.app), nil
	}
	app, err := st.s.apps.ByClientID(ctx, realm.From(ctx).ID, id)
	if err != nil || !app.Enabled {
		return nil, fosite.ErrNotFound
	}
	return newClient(app), nil
}

// CreateAuthorizeCodeSession notes the code row; PKCE and OpenID complete it.
func (st storage) CreateAuthorizeCodeSession(ctx context.Context, signature string, r fosite.Requester) error {
	u := unitFrom(ctx)
	sess := r.GetSession().(*signIn)
	u.newCode = &codeRow{
		Digest:        []byte(signature),
		RealmID:       u.realm.ID,
		GrantID:       sess.GrantID,
		ApplicationID: u.app.ID,
		UserID:        sess.UserID,
		SessionID:     sess.SessionID,
		RedirectURI:   r.GetRequestForm().Get("redirect_uri"),
		Nonce:         sess.Nonce,
		Scopes:        encodeList(r.GetGrantedScopes()),
		Audience:      encodeList(r.GetGrantedAudience()),
		Context:       encodeContext(&sess.authorization),
		CreatedAt:     database.At(u.now),
		ExpiresAt:     database.At(u.now.Add(codeLifetime(u.realm))),
	}
	return nil
}

// GetAuthorizeCodeSession reads the code of the realm. A spent, expired or foreign
// code is "not found" for fosite: token.go decides what a replay revokes, after
// the client has been compared (FOS-4).
func (st storage) GetAuthorizeCodeSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	u := unitFrom(ctx)
	row, err := st.code(ctx, u, signature)
	if err != nil {
		return nil, err
	}
	form := url.Values{}
	if row.RedirectURI != "" {
		form.Set("redirect_uri", row.RedirectURI)
	}
	return u.requester(row, form), nil
}

func (st storage) code(ctx context.Context, u *unit, signature string) (*codeRow, error) {
	if u.code != nil && string(u.code.Digest) == signature {
		return u.code, nil
	}
	row, err := st.s.findCode(ctx, u.realm.ID, []byte(signature))
	switch {
	case errors.Is(err, database.ErrNotFound):
		return nil, fosite.ErrNotFound
	case err != nil:
		return nil, err
	case u.app == nil || row.ApplicationID != u.app.ID:
		return nil, fosite.ErrNotFound
	case row.UsedAt != 0:
		u.replayed = row
		return nil, fosite.ErrNotFound
	case !u.now.Before(row.ExpiresAt.Time()):
		return nil, fosite.ErrNotFound
	}
	u.code = row
	return row, nil
}

// InvalidateAuthorizeCodeSession notes that the unit spends the code.
func (st storage) InvalidateAuthorizeCodeSession(ctx context.Context, _ string) error {
	unitFrom(ctx).spendCode = true
	return nil
}

// CreatePKCERequestSession adds the challenge to the noted code row.
func (st storage) CreatePKCERequestSession(ctx context.Context, _ string, r fosite.Requester) error {
	unitFrom(ctx).newCode.Challenge = r.GetRequestForm().Get("code_challenge")
	return nil
}

// GetPKCERequestSession returns the challenge of the code.
func (st storage) GetPKCERequestSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	u := unitFrom(ctx)
	row, err := st.code(ctx, u, signature)
	if err != nil {
		return nil, err
	}
	return u.requester(row, url.Values{
		"code_challenge":        {row.Challenge},
		"code_challenge_method": {"S256"},
	}), nil
}

// DeletePKCERequestSession does nothing: the challenge dies with the code.
func (st storage) DeletePKCERequestSession(context.Context, string) error { return nil }

// CreateOpenIDConnectSession has nothing to add: the code row holds the nonce.
func (st storage) CreateOpenIDConnectSession(context.Context, string, fosite.Requester) error {
	return nil
}

// GetOpenIDConnectSession is called with the raw code.
func (st storage) GetOpenIDConnectSession(ctx context.Context, code string, _ fosite.Requester) (fosite.Requester, error) {
	u := unitFrom(ctx)
	row, err := st.code(ctx, u, string(secret.Digest(code)))
	if err != nil {
		return nil, err
	}
	if !exactScope(row.scopes(), scopeOpenID) {
		return nil, openid.ErrNoSessionFound
	}
	return u.requester(row, url.Values{"nonce": {row.Nonce}}), nil
}

// DeleteOpenIDConnectSession does nothing: the session dies with the code.
func (st storage) DeleteOpenIDConnectSession(context.Context, string) error { return nil }

// CreateAccessTokenSession does nothing: access.go has noted what is to be stored
// of the token it made.
func (st storage) CreateAccessTokenSession(context.Context, string, fosite.Requester) error {
	return nil
}

// CreateRefreshTokenSession notes the first refresh token of a grant.
func (st storage) CreateRefreshTokenSession(ctx context.Context, signature, _ string, r fosite.Requester) error {
	u := unitFrom(ctx)
	u.newRefresh = st.s.refreshFor(u, []byte(signature), r.GetSession().(*signIn).GrantID, u.now.Add(refreshAbsolute(u.realm, u.app)))
	return nil
}

// What follows is never reached: introspection, revocation, refresh and client
// assertions are ours.

func (st storage) GetAccessTokenSession(context.Context, string, fosite.Session) (fosite.Requester, error) {
	return nil, errNotUsed
}
func (st storage) DeleteAccessTokenSession(context.Context, string) error { return errNotUsed }
func (st storage) GetRefreshTokenSession(context.Context, string, fosite.Session) (fosite.Requester, error) {
	return nil, errNotUsed
}
func (st storage) DeleteRefreshTokenSession(context.Context, string) error  { return errNotUsed }
func (st storage) RotateRefreshToken(context.Context, string, string) error { return errNotUsed }
func (st storage) RevokeRefreshToken(context.Context, string) error         { return errNotUsed }
func (st storage) RevokeAccessToken(context.Context, string) error          { return errNotUsed }
func (st storage) ClientAssertionJWTValid(context.Context, string) error    { return errNotUsed }
func (st storage) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return errNotUsed
}

// refreshAllowed reports whether a grant of scopes to app comes with a refresh
// token: OpenID Connect asks for offline_access (Core §11); plain OAuth clients do
// not know that scope.
func refreshAllowed(app *application.Application, scopes []string) bool {
	return app.AllowsGrant(grantRefresh) &&
		(exactScope(scopes, scopeOfflineAccess) || !exactScope(scopes, scopeOpenID))
}
