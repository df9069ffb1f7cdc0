package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"authserver/internal/database"
	"authserver/internal/secret"
	"authserver/internal/web"
	"authserver/tenant/application"
	"authserver/tenant/realm"
)

// introspection is an active token as RFC 7662 §2.2 describes it.
type introspection struct {
	Active    bool     `json:"active"`
	Scope     string   `json:"scope,omitempty"`
	ClientID  string   `json:"client_id"`
	Username  string   `json:"username,omitempty"`
	TokenType string   `json:"token_type,omitempty"`
	ExpiresAt int64    `json:"exp"`
	IssuedAt  int64    `json:"iat"`
	Subject   string   `json:"sub"`
	Audience  audience `json:"aud,omitempty"`
	Issuer    string   `json:"iss"`
	ID        string   `json:"jti,omitempty"`
	Realm     string   `json:"realm"`
	AuthTime  int64    `json:"auth_time,omitempty"`
	ACR       string   `json:"acr,omitempty"`
	AMR       []string `json:"amr,omitempty"`
	SessionID string   `json:"sid,omitempty"`
	// Roles are those that are valid now, at the application that asks; for an API key
	// of the realm, at the token's client.
	Roles       []string `json:"roles,omitempty"`
	Permissions []string `json:"permissions,omitempty"`
}

// scopeIntrospect lets an API key introspect; one without any scope can do nothing else.
const scopeIntrospect = "introspect"

// asker is who introspects: an application, or an API key of the realm.
type asker struct{ app *application.Application }

// may reports whether the asker may learn about the token: a resource server about
// those meant for it, an API key without application about the whole realm's
// (RFC 7662 §4, INC-120).
func (a asker) may(b *bearer) bool { return a.app == nil || b.For(a.app) }

// introspect serves POST /oauth2/introspect. Whatever is not an active token that
// the asker may know is the same {"active":false}.
func (s *Service) introspect(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return writeError(c, err)
	}
	ctx := c.Request.Context()
	who, err := s.askerOf(ctx, c.Request, form)
	if err != nil {
		return writeError(c, err)
	}
	token := form.Get("token")
	if token == "" {
		return writeError(c, invalidRequest("token is missing."))
	}
	noStore(c)
	answer, err := s.describe(ctx, who, token)
	if errors.Is(err, errToken) {
		s.observe(realm.From(ctx).ID, false)
		return web.JSON(c, http.StatusOK, inactive{})
	}
	if err != nil {
		return writeError(c, err)
	}
	s.observe(realm.From(ctx).ID, true)
	return web.JSON(c, http.StatusOK, answer)
}

// inactive is the one answer about a token that is not active for the asker.
type inactive struct {
	Active bool `json:"active"`
}

// askerOf authenticates the caller: an API key as bearer credential, or the client.
func (s *Service) askerOf(ctx context.Context, r *http.Request, form url.Values) (asker, error) {
	authorization := r.Header.Get("Authorization")
	scheme, credential, _ := strings.Cut(authorization, " ")
	if strings.EqualFold(scheme, tokenType) {
		realmID := realm.From(ctx).ID
		k, err := s.apps.AuthenticateKey(ctx, realmID, strings.TrimSpace(credential), web.ClientIP(ctx))
		if err != nil {
			return asker{}, keyRefused(err)
		}
		// A key made for something else does not open tokens (KEY-03).
		if len(k.Scopes) > 0 && !k.Allows(scopeIntrospect) && !k.Allows("*") {
			return asker{}, invalidClient()
		}
		if k.ApplicationID == "" {
			return asker{}, nil
		}
		app, err := s.apps.ByID(ctx, realmID, k.ApplicationID)
		if err != nil || !app.Enabled {
			return asker{}, keyRefused(err)
		}
		return asker{app: app}, nil
	}
	app, err := s.clientOf(ctx, r, form)
	if err != nil {
		return asker{}, err
	}
	if app.AuthMethod == application.AuthNone { // a public client has proven nothing
		return asker{}, invalidClient()
	}
	return asker{app: app}, nil
}

// keyRefused keeps failures of the database apart from a wrong key.
func keyRefused(err error) error {
	if err == nil || errors.Is(err, application.ErrKeyInvalid) || errors.Is(err, application.ErrNotFound) {
		return invalidClient()
	}
	return err
}

// describe returns the active token, or errToken.
func (s *Service) describe(ctx context.Context, who asker, token string) (*introspection, error) {
	if strings.HasPrefix(token, prefixRefresh) {
		return s.describeRefresh(ctx, who, token)
	}
	b, err := s.authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	if !who.may(b) {
		return nil, errToken
	}
	answer := s.describeBearer(ctx, b)
	at := b.ApplicationID
	if who.app != nil {
		at = who.app.ID
	}
	answer.Roles, answer.Permissions, err = s.heldAt(ctx, realm.From(ctx), &b.authorization, b.ApplicationID, at, b.Scopes)
	return answer, err
}

func (s *Service) describeBearer(ctx context.Context, b *bearer) *introspection {
	r := realm.From(ctx)
	answer := &introspection{
		Active: true, Scope: scopeString(b.Scopes), ClientID: b.ClientID, TokenType: tokenType,
		ExpiresAt: b.ExpiresAt.Unix(), IssuedAt: b.IssuedAt.Unix(), Subject: b.UserID, Audience: b.Audience,
		Issuer: s.issuer(r.Slug), ID: b.ID, Realm: r.Slug, ACR: b.ACR, AMR: b.AMR, SessionID: b.SessionID,
	}
	if b.UserID == "" {
		answer.Subject = b.ClientID
	} else {
		answer.AuthTime = b.AuthTime.Unix()
	}
	return answer
}

// describeRefresh answers for refresh tokens, to the client that holds them only.
func (s *Service) describeRefresh(ctx context.Context, who asker, token string) (*introspection, error) {
	r := realm.From(ctx)
	row, err := s.findRefresh(ctx, r.ID, secret.Digest(token))
	if errors.Is(err, database.ErrNotFound) {
		return nil, errToken
	}
	if err != nil {
		return nil, err
	}
	now := s.now()
	g := &row.Grant
	if row.RotatedAt != 0 || g.RevokedAt != 0 || !now.Before(row.ExpiresAt.Time()) || !now.Before(g.ExpiresAt.Time()) {
		return nil, errToken
	}
	app, err := s.apps.ByID(ctx, r.ID, g.ApplicationID)
	if err != nil {
		return nil, notToken(err)
	}
	if !app.Enabled || who.app != nil && who.app.ID != app.ID {
		return nil, errToken
	}
	a := g.authorization()
	return &introspection{
		Active: true, Scope: scopeString(decodeList(g.Scopes)), ClientID: app.ClientID,
		ExpiresAt: row.ExpiresAt.Time().Unix(), IssuedAt: row.IssuedAt.Time().Unix(), Subject: g.UserID,
		Issuer: s.issuer(r.Slug), Realm: r.Slug, AuthTime: a.AuthTime.Unix(), ACR: a.ACR, AMR: a.AMR, SessionID: g.SessionID,
	}, nil
}
